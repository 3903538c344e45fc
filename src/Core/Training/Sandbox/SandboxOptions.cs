namespace Progeny.Core.Training.Sandbox;

/// <summary>How the programs of jobs are kept apart from the node; part of the section <c>Jobs</c> (docs/sandbox.md).</summary>
public sealed class SandboxOptions
{
    /// <summary>Whether the programs of jobs run in a sandbox.</summary>
    public SandboxMode Sandbox { get; set; }

    /// <summary>Whether programs of projects run even where there is no sandbox.</summary>
    public bool AllowUnsandboxed { get; set; }

    /// <summary>
    /// The programs that projects may run, as <c>pipeline.command</c> names them, separated by commas; <c>*</c>: all, <c>none</c>: none.
    /// Null: all on a node alone that asks nobody who they are, else none.
    /// </summary>
    public string? Commands { get; set; }

    /// <summary>The network of programs in the sandbox.</summary>
    public SandboxNetwork Network { get; set; }

    /// <summary>
    /// The first of the 65,536 user ids that a node which runs as root gives to jobs, a different one to each.
    /// </summary>
    public uint FirstUser { get; set; } = 1_879_100_000;

    /// <summary>Further files and folders that programs in the sandbox may read, as absolute paths separated by commas.</summary>
    public string ReadOnlyPaths { get; set; } = "";

    /// <summary>The most processes and threads of a job.</summary>
    public int MaxProcesses { get; set; } = 1_024;

    /// <summary>The most files that a process of a job may have open.</summary>
    public int MaxOpenFiles { get; set; } = 4_096;

    /// <summary>The most processor time of all processes of one run of a program; zero: as much as fits into its time limit.</summary>
    public TimeSpan MaxCpuTime { get; set; }

    /// <summary>The most bytes that a run of a program may add to its folder, and of one file in it.</summary>
    public long MaxDiskBytes { get; set; } = 16L << 30;

    /// <summary>The most files and folders that a run of a program may have in its folder.</summary>
    public int MaxFiles { get; set; } = 200_000;

    /// <summary>A job is stopped when less is free on the disk of its folder, in bytes.</summary>
    public long MinFreeBytes { get; set; } = 256L << 20;

    /// <summary>The paths of <see cref="ReadOnlyPaths"/>.</summary>
    internal IReadOnlyList<string> ReadOnly => Split(ReadOnlyPaths);

    /// <summary>The words of a list that is separated by commas.</summary>
    internal static IReadOnlyList<string> Split(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What is wrong with a setting, in a sentence; null: nothing.</summary>
    public string? Problem()
    {
        if (!Enum.IsDefined(Sandbox))
            return $"Jobs:Sandbox is {Sandbox}; auto, required or off would be right.";
        if (!Enum.IsDefined(Network))
            return $"Jobs:Network is {Network}; none or host would be right.";
        if (ReadOnly.FirstOrDefault(path => !Path.IsPathFullyQualified(path) || !Path.Exists(path)) is { } path)
            return $"Jobs:ReadOnlyPaths has '{path}'; the absolute path of a file or folder that is there would be right.";
        if (FirstUser is < 1_000 or > uint.MaxValue - 65_537)
            return $"Jobs:FirstUser is {FirstUser}; the first of 65,536 user ids that nobody has would be right, such as 1879100000.";
        if (MaxProcesses < 16)
            return $"Jobs:MaxProcesses is {MaxProcesses}; 16 or more would be right, the most processes and threads of a job.";
        if (MaxOpenFiles < 64)
            return $"Jobs:MaxOpenFiles is {MaxOpenFiles}; 64 or more would be right, the most files that a process of a job may have open.";
        if (MaxCpuTime < TimeSpan.Zero)
            return $"Jobs:MaxCpuTime is {MaxCpuTime:c}; a time such as 08:00:00 would be right, or 00:00:00 for as much as fits into a "
                + "job's time limit.";
        if (MaxDiskBytes < 1 << 20)
            return $"Jobs:MaxDiskBytes is {MaxDiskBytes}; 1048576 (1 MiB) or more would be right, the most bytes that a program may add "
                + "to its folder.";
        if (MaxFiles < 16)
            return $"Jobs:MaxFiles is {MaxFiles}; 16 or more would be right, the most files and folders in the folder of a job.";
        return MinFreeBytes < 0
            ? $"Jobs:MinFreeBytes is {MinFreeBytes}; 0 or more would be right, the bytes that must stay free on the disk."
            : null;
    }
}
