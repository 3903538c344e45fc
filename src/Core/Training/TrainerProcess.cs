using System.ComponentModel;
using System.Diagnostics;

namespace Progeny.Core.Training;

/// <summary>
/// Runs a trainer in a job folder: within a time and a memory limit, without secrets, and with nothing left running whichever way it
/// ends.
/// </summary>
public sealed class TrainerProcess(TrainerOptions options, TimeProvider time)
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">The folder in which it runs; its home.</param>
    /// <param name="timeout">The time it may take.</param>
    /// <param name="memory">The memory it and its children may hold, in bytes of their resident sets.</param>
    /// <param name="onOutput">Told each line of its standard output, from another thread.</param>
    /// <param name="cancellationToken">Stops it; the verdict is then <see cref="TrainerVerdict.Cancelled"/>, not an exception.</param>
    public async Task<TrainerResult> RunAsync(
        IReadOnlyList<string> command, string folder, TimeSpan timeout, long memory, Action<string> onOutput, CancellationToken cancellationToken)
    {
        var limits = new RunLimits(timeout, memory, options);
        var started = time.GetTimestamp();
        var log = new LogTail(options.LogBytes);
        var lastError = "";
        var shared = new SharedMemory();
        using var process = new Process { StartInfo = TrainerCommand.StartInfo(command, folder, options) };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            return new() { Verdict = TrainerVerdict.Failed, Message = $"The trainer '{command[0]}' could not be started: {exception.Message}." };
        }

        var tree = new ProcessTree(process, shared);
        using var abandon = new CancellationTokenSource();
        var output = LinePump.RunAsync(process.StandardOutput.BaseStream, log, onOutput, abandon.Token);
        var error = LinePump.RunAsync(
            process.StandardError.BaseStream, log, line => lastError = line.Trim() is { Length: > 0 } said ? said : lastError, abandon.Token);

        TrainerVerdict? stopped;
        long peak;
        try
        {
            (stopped, peak) = await WatchAsync(process, tree, limits, cancellationToken);
        }
        finally
        {
            tree.KillAll();
            process.StandardInput.Close();
        }

        await process.WaitForExitAsync(CancellationToken.None);
        await DrainAsync(Task.WhenAll(output, error), abandon);
        var verdict = stopped ?? (process.ExitCode == 0 ? TrainerVerdict.Succeeded : TrainerVerdict.Failed);
        return new()
        {
            Verdict = verdict,
            Message = verdict switch
            {
                TrainerVerdict.Succeeded => "The trainer succeeded.",
                TrainerVerdict.TimedOut => limits.TooLate,
                TrainerVerdict.OutOfMemory => limits.TooMuchMemory(peak),
                TrainerVerdict.Cancelled => "The training was cancelled.",
                _ => Failure(command[0], process.ExitCode, lastError),
            },
            ExitCode = process.ExitCode,
            Log = log.ToString(),
            PeakMemory = peak,
            Duration = time.GetElapsedTime(started),
        };
    }

    /// <summary>Waits for the end of the output, but not long: a process outside may have been given it, and what it writes is not the trainer's.</summary>
    private async Task DrainAsync(Task pumps, CancellationTokenSource abandon)
    {
        try
        {
            await pumps.WaitAsync(options.OutputGrace, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await abandon.CancelAsync();
            _ = pumps.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    /// <summary>Waits for the process' end and returns null, or why it must be stopped.</summary>
    private async Task<(TrainerVerdict? Stopped, long Peak)> WatchAsync(
        Process process, ProcessTree tree, RunLimits limits, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limits.Time, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var tick = new PeriodicTimer(options.WatchInterval, time);
        var exit = process.WaitForExitAsync(either.Token);
        var peak = 0L;
        try
        {
            while (true)
            {
                either.Token.ThrowIfCancellationRequested();
                peak = Math.Max(peak, tree.Measure());
                if (peak > limits.Memory)
                    return (TrainerVerdict.OutOfMemory, peak);
                if (await Task.WhenAny(exit, tick.WaitForNextTickAsync(either.Token).AsTask()) == exit)
                {
                    await exit;
                    return (null, peak);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return (cancellationToken.IsCancellationRequested ? TrainerVerdict.Cancelled : TrainerVerdict.TimedOut, peak);
        }
    }

    private static string Failure(string program, int exitCode, string lastError)
    {
        var how = exitCode > 128
            ? $"The trainer was killed by signal {exitCode - 128}" + (exitCode == 137 ? ", perhaps because the machine ran out of memory" : "")
            : exitCode == 127 ? $"The trainer '{program}' was not found or could not be run" : $"The trainer failed with exit code {exitCode}";
        return lastError.Length == 0 ? $"{how}; it printed nothing on standard error." : $"{how}: {lastError}";
    }
}
