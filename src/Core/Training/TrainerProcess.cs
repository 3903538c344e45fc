using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Training;

/// <summary>
/// Runs a trainer in a job folder: within a time and a memory limit, without secrets, and with nothing left running whichever way it
/// ends.
/// </summary>
/// <param name="sandbox">In which it runs, where there is one, and whose limits hold for it; null: it runs like any program.</param>
public sealed class TrainerProcess(TrainerOptions options, TimeProvider time, ProgramSandbox? sandbox = null)
{
    private const long OfKernel = 64L << 20; // what the kernel counts besides: pages of files, its own of the processes
    private const int KilledByFileSize = 128 + 25; // SIGXFSZ

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">The folder in which it runs; its home.</param>
    /// <param name="timeout">The time it may take.</param>
    /// <param name="memory">The memory it and its children may hold, in bytes of their resident sets.</param>
    /// <param name="onOutput">Told each line of its standard output, from another thread.</param>
    /// <param name="cancellationToken">Stops it; the verdict is then <see cref="TrainerVerdict.Cancelled"/>, not an exception.</param>
    /// <param name="reads">Files and folders that it may read in a sandbox, beside its folder and the system's; null: none.</param>
    public async Task<TrainerResult> RunAsync(
        IReadOnlyList<string> command,
        string folder,
        TimeSpan timeout,
        long memory,
        Action<string> onOutput,
        CancellationToken cancellationToken,
        IReadOnlyList<string>? reads = null)
    {
        var limits = new RunLimits(timeout, memory, options, sandbox?.Options);
        var started = time.GetTimestamp();
        var log = new LogTail(options.LogBytes);
        var lastError = "";
        var shared = new SharedMemory(sandbox?.IsOn == true ? limits.Memory : null);
        var disk = sandbox is null ? null : new DiskUse(folder, sandbox.Options, time);
        using var group = sandbox?.Groups?.Create(limits.Memory + OfKernel, sandbox.Options.MaxProcesses);
        using var process = new Process
        {
            StartInfo = TrainerCommand.StartInfo(command, folder, reads ?? [], limits.Memory, options, sandbox, group),
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            return new()
            {
                Verdict = TrainerVerdict.Failed,
                Message = $"The trainer '{command[0]}' could not be started: {exception.Message}.",
            };
        }

        var tree = new ProcessTree(process, shared);
        using var abandon = new CancellationTokenSource();
        var output = LinePump.RunAsync(process.StandardOutput.BaseStream, log, onOutput, abandon.Token);
        var error = LinePump.RunAsync(
            process.StandardError.BaseStream,
            log,
            line => lastError = line.Trim() is { Length: > 0 } said ? said : lastError,
            abandon.Token);

        Stop? stopped;
        try
        {
            stopped = await WatchAsync(process, tree, limits, disk, cancellationToken);
        }
        finally
        {
            tree.KillAll();
            process.StandardInput.Close();
        }

        await process.WaitForExitAsync(CancellationToken.None);
        if (stopped is null && group is { WasOutOfMemory: true })
            stopped = new(TrainerVerdict.OutOfMemory, limits.TooMuchMemory(tree.Peak));
        await DrainAsync(Task.WhenAll(output, error), abandon);
        var verdict = process.ExitCode == 0 ? TrainerVerdict.Succeeded : TrainerVerdict.Failed;
        return new()
        {
            Verdict = stopped?.Verdict ?? verdict,
            Message = stopped?.Message
                ?? (verdict is TrainerVerdict.Succeeded ? "The trainer succeeded." : Failure(command[0], process.ExitCode, lastError)),
            ExitCode = process.ExitCode,
            Log = log.ToString(),
            PeakMemory = tree.Peak,
            Duration = time.GetElapsedTime(started),
        };
    }

    /// <summary>
    /// Waits for the end of the output, but not long: a process outside may have been given it, and what it writes is not the trainer's.
    /// </summary>
    private async Task DrainAsync(Task pumps, CancellationTokenSource abandon)
    {
        try
        {
            await pumps.WaitAsync(options.OutputGrace, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await abandon.CancelAsync();
            _ = pumps.ContinueWith(
                static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    /// <summary>Waits for the process' end and returns null, or why it must be stopped.</summary>
    private async Task<Stop?> WatchAsync(
        Process process, ProcessTree tree, RunLimits limits, DiskUse? disk, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limits.Time, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var tick = new PeriodicTimer(options.WatchInterval, time);
        var exit = process.WaitForExitAsync(either.Token);
        try
        {
            while (true)
            {
                either.Token.ThrowIfCancellationRequested();
                if (tree.Measure() > limits.Memory)
                    return new(TrainerVerdict.OutOfMemory, limits.TooMuchMemory(tree.Peak));
                if (limits.ProcessorTime is { } most && tree.ProcessorTime > most)
                    return new(
                        TrainerVerdict.OverLimit,
                        $"The trainer was stopped: its processes had taken {tree.ProcessorTime:c} of processor time; its limit is {most:c} (the node's Jobs:MaxCpuTime).");
                if (disk?.Check() is { } problem)
                    return new(TrainerVerdict.OverLimit, problem);
                if (await Task.WhenAny(exit, tick.WaitForNextTickAsync(either.Token).AsTask()) == exit)
                {
                    await exit;
                    return null;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested
                ? new(TrainerVerdict.Cancelled, "The training was cancelled.")
                : new(TrainerVerdict.TimedOut, limits.TooLate);
        }
    }

    private string Failure(string program, int exitCode, string lastError)
    {
        if (exitCode == KilledByFileSize && sandbox is not null)
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The trainer was stopped: it wrote a file of more than {sandbox.Options.MaxDiskBytes >> 20} MiB (the node's Jobs:MaxDiskBytes).");
        var how = exitCode > 128
            ? $"The trainer was killed by signal {exitCode - 128}"
                + (exitCode == 137 ? ", perhaps because the machine ran out of memory" : "")
            : exitCode == 127
                ? $"The trainer '{program}' was not found or could not be run"
                : $"The trainer failed with exit code {exitCode}";
        return lastError.Length == 0 ? $"{how}; it printed nothing on standard error." : $"{how}: {lastError}";
    }

    private sealed record Stop(TrainerVerdict Verdict, string Message);
}
