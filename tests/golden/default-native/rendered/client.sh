# Written by claude-otel from the settings; setup-env.sh reads it.
claude_otel_grpc_port=14317
claude_otel_http_port=14318
