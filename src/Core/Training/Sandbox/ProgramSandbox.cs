using System.Runtime.InteropServices;
using Progeny.Core.Releases;

namespace Progeny.Core.Training.Sandbox;

/// <summary>
/// The sandbox for programs that run data or code of projects, and which of them may run at all (docs/sandbox.md). Whether one can be had
/// here is tried out once, by <see cref="StartAsync"/>; before, there is none.
/// </summary>
/// <param name="folder">The folder of the folders of jobs.</param>
/// <param name="hidden">The node's data folder, which no program sees.</param>
/// <param name="isRestricted">Whether projects may run no program of their own unless <c>Jobs:Commands</c> says so.</param>
public sealed class ProgramSandbox(
    SandboxOptions options, TrainerOptions trainer, string folder, string hidden, bool isRestricted, TimeProvider time) : IProgramGrants
{
    private const string AnyProgram = "*";
    private const string NoProgram = "none";
    private const uint Users = 65_536;
    private static readonly TimeSpan MaxProbeTime = TimeSpan.FromSeconds(20);

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly string _hidden = Path.GetFullPath(hidden);
    private readonly IReadOnlyList<string> _allowed = SandboxOptions.Split(options.Commands ?? (isRestricted ? NoProgram : AnyProgram));
    private SandboxCommand? _command;
    private uint _lastUser = (uint)Random.Shared.Next((int)Users);

    /// <summary>Whether programs run in a sandbox.</summary>
    public bool IsOn => _command is not null;

    /// <summary>Why programs run without a sandbox, in words; null: they have one.</summary>
    public string? Problem { get; private set; } = "it has not been tried out";

    /// <summary>Why the sandbox has no filter of system calls, in words; null: it has one, or there is no sandbox.</summary>
    public string? FilterProblem { get; private set; }

    /// <summary>Why the kernel does not hold memory and processes of a job as one, in words; null: it does (cgroup v2).</summary>
    public string? GroupProblem { get; private set; } = "it has not been tried out";

    internal SandboxOptions Options => options;

    /// <summary>Makes the control groups of jobs; null: there are none.</summary>
    internal ControlGroups? Groups { get; private set; }

    /// <summary>The filter of system calls as a file, or an empty one; null: there is no sandbox.</summary>
    internal string? Filter => IsOn ? FilterProblem is null ? FilterFile : "/dev/null" : null;

    private string FilterFile => Path.TrimEndingDirectorySeparator(_folder) + ".seccomp";

    /// <summary>Whether jobs get a user of their own: only root may give them one.</summary>
    private static bool SwitchesUser => OperatingSystem.IsLinux() && UserId() == 0;

    /// <summary>Tries out whether a sandbox can be had here.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Sandbox is SandboxMode.Off)
        {
            Problem = "Jobs:Sandbox is 'off'";
            return;
        }

        Problem = await TryAsync(cancellationToken);
        if (Problem is not null)
            _command = null;
        else
            (Groups, GroupProblem) = ControlGroups.Find();
    }

    /// <inheritdoc/>
    public string? Refusal(string program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (!_allowed.Contains(AnyProgram) && !_allowed.Contains(program))
        {
            var allowed = _allowed.Where(name => name != NoProgram).ToList();
            var instead = allowed.Count == 0
                ? "projects may run no programs of their own here"
                : $"projects may run {string.Join(", ", allowed)}";
            return $"The program '{program}' may not run on this node: {instead} (Jobs:Commands). The built-in trainer may "
                + "(pipeline.trainer).";
        }

        return IsOn || options.AllowUnsandboxed
            ? null
            : $"The program '{program}' may not run on this node, which has no sandbox for it: {Problem}. Programs run without one where "
                + "Jobs:AllowUnsandboxed is true.";
    }

    /// <summary>Makes a command one that runs in the sandbox, and what it needs belong to the user that it gets.</summary>
    /// <param name="work">The folder of the job, which is all that it may write to.</param>
    /// <param name="reads">Files and folders that it may read besides.</param>
    /// <param name="memory">The memory that it may take, in bytes.</param>
    internal IReadOnlyList<string> Prepare(IReadOnlyList<string> command, string work, IReadOnlyList<string> reads, long memory)
    {
        uint? user = SwitchesUser ? options.FirstUser + (Interlocked.Increment(ref _lastUser) % Users) : null;
        reads = [.. reads.Where(Path.Exists).Select(Path.GetFullPath)];
        if (user is { } id && !OperatingSystem.IsWindows())
        {
            FolderOwner.Give(work, id);
            foreach (var file in reads.Where(File.Exists))
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        }

        return _command!.Wrap(command, Path.GetFullPath(work), reads, memory, user);
    }

    /// <summary>The folders of programs of the node's own.</summary>
    internal static IReadOnlyList<string> FoldersOf(params string[] programs) =>
        [.. programs.Select(program => Path.GetDirectoryName(Path.GetFullPath(program))!).Distinct()];

    private async Task<string?> TryAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return "there is one on Linux only";
        if (!IsOnPath("bwrap"))
            return "bubblewrap is not installed (Debian: apt-get install bubblewrap)";
        Directory.CreateDirectory(Path.GetDirectoryName(FilterFile)!);
        FilterProblem = SystemCallFilter.Write(FilterFile);
        _command = new SandboxCommand(options, _hidden, FilterProblem is null ? FilterFile : null);
        var work = Path.Combine(_folder, $"sandbox-{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        try
        {
            // What every job needs: a folder to write to, and the node's programs to read.
            var programs = new[] { trainer.BuiltIn, trainer.ModelCheck }.Where(File.Exists).ToArray();
            List<string> command = [
                "/bin/sh",
                "-c",
                "for file; do [ -r \"$file\" ] || { echo \"$file cannot be read\" >&2; exit 1; }; done; : >written",
                "probe",
                .. programs,
            ];
            var result = await new TrainerProcess(trainer, time, this).RunAsync(
                command, work, MaxProbeTime, 1L << 30, static _ => { }, cancellationToken, FoldersOf(programs));
            return result.Verdict is TrainerVerdict.Succeeded
                ? null
                : $"bubblewrap cannot make one here ({result.Log.TrimEnd().Split('\n')[^1]})";
        }
        catch (IOException exception)
        {
            return $"bubblewrap cannot make one here ({exception.Message.TrimEnd('.')})";
        }
        finally
        {
            JobFolder.Delete(work);
        }
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint UserId();
}
