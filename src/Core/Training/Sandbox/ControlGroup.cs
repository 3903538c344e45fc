using System.Globalization;

namespace Progeny.Core.Training.Sandbox;

/// <summary>The control group (cgroup v2) of one run of a program.</summary>
public sealed class ControlGroup : IDisposable
{
    // It writes its own process id, before anything of the project runs; what is started later stays in the group.
    private const string Join = "echo $$ >\"$0\" && exec \"$@\"";
    private const string Killed = "oom_kill ";
    private const int MaxRemovals = 100;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private readonly string _folder;

    private ControlGroup(string folder) => _folder = folder;

    /// <summary>Whether the kernel ended processes of the group since they took more memory than it may.</summary>
    public bool WasOutOfMemory
    {
        get
        {
            var events = Path.Combine(_folder, "memory.events");
            return File.Exists(events) && File.ReadLines(events).Any(
                line => line.StartsWith(Killed, StringComparison.Ordinal) && line[Killed.Length..].Trim() != "0");
        }
    }

    /// <summary>Ends all processes of the group, and removes it.</summary>
    public void Dispose()
    {
        try
        {
            Write("cgroup.kill", "1");
            for (var i = 0; i < MaxRemovals && !TryRemove(); i++)
                Thread.Sleep(_pause); // until the kernel has ended them
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A group that is left has no process that could harm.
        }
    }

    internal static ControlGroup Make(string folder, long memory, int processes)
    {
        Directory.CreateDirectory(folder);
        var group = new ControlGroup(folder);
        group.Write("memory.max", memory.ToString(CultureInfo.InvariantCulture));
        group.Write("memory.oom.group", "1");
        group.Write("pids.max", processes.ToString(CultureInfo.InvariantCulture));
        if (File.Exists(Path.Combine(folder, "memory.swap.max")))
            group.Write("memory.swap.max", "0");
        return group;
    }

    /// <summary>Puts the words before a command that start it in the group.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command) =>
        ["/bin/sh", "-c", Join, Path.Combine(_folder, "cgroup.procs"), .. command];

    private void Write(string file, string value) => File.WriteAllText(Path.Combine(_folder, file), value);

    private bool TryRemove()
    {
        try
        {
            // The files of a group are the kernel's and go with the folder.
            Directory.Delete(_folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
