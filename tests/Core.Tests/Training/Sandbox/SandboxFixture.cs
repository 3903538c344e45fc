using System.Collections.Concurrent;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Tests.Training.Sandbox;

/// <summary>A node's data folder with a secret and a job in it, and the sandbox for the job.</summary>
internal sealed class SandboxFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SandboxOptions _options;

    private SandboxFixture(SandboxOptions options)
    {
        _options = options;
        Secret = _folder.Write("data/secret.db", "the node's secret");
        Job = Directory.CreateDirectory(_folder.At("data/jobs/mine")).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Job, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        OtherJob = _folder.Write("data/jobs/other/data.csv", "another job's rows");
        Sandbox = new ProgramSandbox(
            options, Trainer, _folder.At("data/jobs"), _folder.At("data"), isRestricted: false, TimeProvider.System);
    }

    public string Secret { get; }

    public string Job { get; }

    public string OtherJob { get; }

    public ProgramSandbox Sandbox { get; }

    public TrainerOptions Trainer { get; } = new() { BuiltIn = "/nowhere", ModelCheck = "/nowhere" };

    public ConcurrentQueue<string> Lines { get; } = new();

    public static async Task<SandboxFixture> StartAsync(SandboxOptions? options = null)
    {
        var made = new SandboxFixture(options ?? new());
        await made.Sandbox.StartAsync(CancellationToken.None);
        return made;
    }

    public string At(string name) => _folder.At(name);

    public Task<TrainerResult> Run(
        string script,
        long memory = 1L << 30,
        TimeSpan? timeout = null,
        Action<string>? onLine = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(["/bin/sh", "-c", script], memory, timeout, onLine, cancellationToken);

    public Task<TrainerResult> Python(string script, long memory = 1L << 30) =>
        RunAsync(["python3", "-c", script], memory, null, null, default);

    public void Dispose() => _folder.Dispose();

    private Task<TrainerResult> RunAsync(
        IReadOnlyList<string> command, long memory, TimeSpan? timeout, Action<string>? onLine, CancellationToken cancellationToken) =>
        new TrainerProcess(Trainer, TimeProvider.System, Sandbox).RunAsync(
            command, Job, timeout ?? TimeSpan.FromMinutes(1), memory, onLine ?? Lines.Enqueue, cancellationToken);
}
