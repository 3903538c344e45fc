namespace Progeny.Core.Training.Sandbox;

/// <summary>
/// Makes control groups for jobs (cgroup v2), in which the kernel holds the memory and the processes of all that a job starts. It takes a
/// node in a subgroup of a group that was delegated to it (systemd: <c>Delegate=memory pids</c> and <c>DelegateSubgroup=node</c>).
/// </summary>
public sealed class ControlGroups
{
    private const string Unified = "0::";
    private const string Root = "/sys/fs/cgroup";
    private const string Self = "/proc/self/cgroup";

    private static readonly string[] _controllers = ["memory", "pids"];

    private readonly string _folder;

    private ControlGroups(string folder) => _folder = folder;

    /// <summary>Finds the group in which those of jobs can be made.</summary>
    /// <param name="root">Where control groups are mounted.</param>
    /// <param name="self">The file that names the node's own group.</param>
    /// <returns>The group, or why there is none.</returns>
    public static (ControlGroups? Groups, string? Problem) Find(string root = Root, string self = Self)
    {
        if (!File.Exists(Path.Combine(root, "cgroup.controllers")))
            return (null, "the machine has no control groups of version 2");
        try
        {
            var own = File.ReadLines(self).FirstOrDefault(line => line.StartsWith(Unified, StringComparison.Ordinal))?[Unified.Length..];
            if (own is null or "/" || Path.GetDirectoryName(own) is not { } parent)
                return (null, "the node has no subgroup of its own (systemd: Delegate=memory pids, DelegateSubgroup=node)");
            var folder = Path.Combine(root, parent.TrimStart('/'));
            var handedOn = File.ReadAllText(Path.Combine(folder, "cgroup.subtree_control")).Split((char[]?)null);
            if (Array.Find(_controllers, name => !handedOn.Contains(name)) is { } missing)
                return (null, $"the control group '{parent}' does not hand on '{missing}' (systemd: Delegate=memory pids)");
            var groups = new ControlGroups(folder);
            groups.Create(1, 1).Dispose();
            return (groups, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, $"the node may not make control groups ({exception.Message.TrimEnd('.')})");
        }
    }

    /// <summary>Makes a group.</summary>
    /// <param name="memory">The bytes of memory that its processes may take together.</param>
    /// <param name="processes">The most processes and threads in it.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public ControlGroup Create(long memory, int processes) =>
        ControlGroup.Make(Path.Combine(_folder, $"job-{Guid.NewGuid():N}"), memory, processes);
}
