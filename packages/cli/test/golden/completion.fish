# fish completion of tunnel. Once: tunnel completion fish | source. For good: put that line into ~/.config/fish/config.fish.
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
