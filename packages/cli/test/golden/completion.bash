# bash completion of tunnel. Once: eval "$(tunnel completion bash)". For good: put that line into ~/.bashrc.
_tunnel() {
  local current=${COMP_WORDS[COMP_CWORD]} line
  # bash breaks words at =, which is then a word of its own.
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :file ]]; then
      compopt -o filenames
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("$(printf %q "${line%%$'\t'*}")")
    fi
  done < <(tunnel __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _tunnel tunnel
