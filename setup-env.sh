# Points Claude Code's telemetry at this stack. Source it from ~/.bashrc or ~/.zshrc (bash 3.2 or
# zsh 5.3, or later); other POSIX shells get the variables without the function. What is set
# already stays, even if empty. Sourcing starts no program and prints nothing.
# shellcheck shell=bash disable=SC1091,SC2086,SC2128 # dash has no ${BASH_SOURCE[0]}
claude_otel_grpc_port=14317 claude_otel_http_port=14318 claude_otel_doors=
claude_otel_dir=${BASH_SOURCE-${CLAUDE_OTEL_ROOT-/dev/null}/.}
[ -z "${ZSH_VERSION-}" ] || eval 'claude_otel_dir=${(%):-%x}'
case $claude_otel_dir in */*) claude_otel_dir=${claude_otel_dir%/*} ;; *) claude_otel_dir=. ;; esac
[ ! -r "$claude_otel_dir/build/client.sh" ] || . "$claude_otel_dir/build/client.sh"
: "${CLAUDE_CODE_ENABLE_TELEMETRY=1}" "${CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS=3000}" \
  "${OTEL_METRICS_EXPORTER=otlp}" "${OTEL_LOGS_EXPORTER=otlp}" \
  "${OTEL_METRIC_EXPORT_INTERVAL=10000}" "${OTEL_LOGS_EXPORT_INTERVAL=5000}" \
  "${OTEL_METRICS_INCLUDE_REPOSITORY=true}" "${OTEL_METRICS_INCLUDE_ENTRYPOINT=true}"
case ${OTEL_EXPORTER_OTLP_PROTOCOL-grpc} in # half a pair is completed to fit: see client_env.py
  '' | http/*) : "${OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:$claude_otel_http_port}" ;;
  *) : "${OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:$claude_otel_grpc_port}" ;; esac
case ${OTEL_EXPORTER_OTLP_ENDPOINT%/} in
  *:4317 | *:"$claude_otel_grpc_port") : "${OTEL_EXPORTER_OTLP_PROTOCOL=grpc}" ;;
  *) : "${OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf}" ;; esac
export CLAUDE_CODE_ENABLE_TELEMETRY CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS OTEL_METRICS_EXPORTER \
  OTEL_LOGS_EXPORTER OTEL_METRIC_EXPORT_INTERVAL OTEL_LOGS_EXPORT_INTERVAL \
  OTEL_METRICS_INCLUDE_REPOSITORY OTEL_METRICS_INCLUDE_ENTRYPOINT \
  OTEL_EXPORTER_OTLP_PROTOCOL OTEL_EXPORTER_OTLP_ENDPOINT
case $claude_otel_doors,${OTEL_EXPORTER_OTLP_HEADERS-} in # the token is for our doors alone
  ,* | *,*[Aa]uthorization=*) ;; # no stack yet, or they say already who asks
  *" ${OTEL_EXPORTER_OTLP_ENDPOINT%/} "*) export \
    OTEL_EXPORTER_OTLP_HEADERS="${OTEL_EXPORTER_OTLP_HEADERS:+$OTEL_EXPORTER_OTLP_HEADERS,}$claude_otel_header" ;; esac
unset claude_otel_dir claude_otel_grpc_port claude_otel_http_port claude_otel_doors claude_otel_header

# `claude` tells its project, team and branch, for that launch only, unless CLAUDE_OTEL_WRAP=0.
if [ -n "${BASH_VERSION-}${ZSH_VERSION-}" ] && [ "${CLAUDE_OTEL_WRAP-1}" != 0 ] &&
  ! alias claude >/dev/null 2>&1 && ! typeset -f claude >/dev/null 2>&1; then
  claude_otel_attributes() ( # a subshell: options, locale and variables stay in here
    [ -z "${ZSH_VERSION-}" ] || emulate -R sh
    set +eu -f && exec 2>/dev/null && trap - ERR
    export LC_ALL=C IFS=, all="${OTEL_RESOURCE_ATTRIBUTES-}" # C: a character is a byte
    [ "${CLAUDE_OTEL_WRAP-1}" != 0 ] || { printf %s "$all" && exit; }
    project=$(command git remote get-url origin | command sed -E \
      -e '\#^file:|^[^:]*/|^[^:]*$|^.:|^[A-Za-z0-9-]+::#d' \
      -e 's#^([^:/]*://[^/]*/|[^/]*]:|[^:/]*:)/*##; s#.*@##; s#[?].*##; s#/*$##; s#\.git$##' \
      -e 'y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/') # as the client writes vcs.*
    [ -n "$project" ] || folder=$(command git rev-parse --show-toplevel) || folder=$PWD
    for pair in "project=${project:-${folder##*/}}" "team=${CLAUDE_OTEL_TEAM-}" \
      "branch=$(command git branch --show-current)"; do
      key=${pair%%=*} rest=${pair#*=} value=
      while [ -n "$rest" ]; do
        char=${rest%"${rest#?}"} rest=${rest#?}
        case $char in
          [A-Za-z0-9._~/-]) value=$value$char ;;
          *) printf -v char %02X "'$char" && value=$value%${char#"${char%??}"} ;;
        esac
      done
      set -- $all
      case $value,$all in ,* | *,"$key="* | *" $key="*) continue ;; esac
      [ $# -ge 12 ] || all=${all:+${all%,},}$key=$value # with more, some clients send no metrics
    done
    printf %s "$all"
  )
  eval 'claude() { OTEL_RESOURCE_ATTRIBUTES=$(claude_otel_attributes) command claude "$@"; }'
fi # in an eval: an alias of that name would be expanded while the function is parsed
