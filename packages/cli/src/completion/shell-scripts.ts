/** The script that makes a shell ask `tunnel __complete`. */
export const shellScripts = {
  bash: `# bash completion of tunnel. Once: eval "$(tunnel completion bash)". For good: put that line into ~/.bashrc.
_tunnel() {
  local current=\${COMP_WORDS[COMP_CWORD]} line
  # bash breaks words at =, which is then a word of its own.
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :file ]]; then
      compopt -o filenames
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("$(printf %q "\${line%%$'\\t'*}")")
    fi
  done < <(tunnel __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _tunnel tunnel
`,
  zsh: `#compdef tunnel
# zsh completion of tunnel. Once: eval "$(tunnel completion zsh)". For good: put that line into ~/.zshrc.
_tunnel() {
  local line
  local -a lines found
  lines=("\${(@f)$(tunnel __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == :file ]]; then
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
    else
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
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
`,
  fish: `# fish completion of tunnel. Once: tunnel completion fish | source. For good: put that line into ~/.config/fish/config.fish.
function __tunnel_complete
    set -l current (commandline -ct)
    for line in (tunnel __complete -- (commandline -opc)[2..-1] "$current" 2>/dev/null)
        if test "$line" = :file
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c tunnel -f -a '(__tunnel_complete)'
`,
  powershell: `# PowerShell completion of tunnel. Once: tunnel completion powershell | Out-String | Invoke-Expression. For good: put that line into $PROFILE.
Register-ArgumentCompleter -Native -CommandName tunnel -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  # An empty argument would not arrive.
  $place = if ($wordToComplete -eq '') { @('--next') } else { @() }
  tunnel __complete @place '--' @words 2>$null | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if ($value -ne ':file') {
      if (-not $about) { $about = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
  }
}
`,
} as const

export type Shell = keyof typeof shellScripts
