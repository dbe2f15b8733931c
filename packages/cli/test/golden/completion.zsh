#compdef tunnel
# zsh completion of tunnel. Once: eval "$(tunnel completion zsh)". For good: put that line into ~/.zshrc.
_tunnel() {
  local line
  local -a lines found
  lines=("${(@f)$(tunnel __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == :file ]]; then
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
    else
      found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done
  (( $#found )) && _describe tunnel found
}
if [[ $funcstack[1] == _tunnel ]]; then
  _tunnel
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _tunnel tunnel
fi
