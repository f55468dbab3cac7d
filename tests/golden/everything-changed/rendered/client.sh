# Written by claude-otel from the settings; setup-env.sh reads it.
claude_otel_grpc_port=24317
claude_otel_http_port=24318
if [ -r /var/lib/claude-otel-test/secrets/ingest-token ]; then
  IFS= read -r claude_otel_header </var/lib/claude-otel-test/secrets/ingest-token
  claude_otel_header=Authorization=Bearer%20$claude_otel_header
  claude_otel_doors=' http://localhost:24317 http://localhost:24318 http://127.0.0.1:24317 http://127.0.0.1:24318 '
fi
