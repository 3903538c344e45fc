using System.Diagnostics;

namespace Progeny.Tests.Shared;

/// <summary>Programs that tests start: none outlives its limit, whatever it waits for.</summary>
internal static class Processes
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The start of a program that takes signals as if it had been started from a terminal: one that was started by a parent that ignores
    /// some (<c>nohup</c>, a background job of a script) would ignore them as well.
    /// </summary>
    public static ProcessStartInfo StartInfo(string program, params IEnumerable<string> arguments) =>
        new("env", ["--default-signal=INT,HUP,TERM", program, .. arguments]) { UseShellExecute = false };

    /// <summary>
    /// Waits for the end of a process whose output is redirected, and kills it, with its children, where that takes too long.
    /// </summary>
    /// <exception cref="TimeoutException">It did not end by itself; what it printed is in the message.</exception>
    public static async Task<(int ExitCode, string Output, string Errors)> EndAsync(this Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            // The pipes as well: a child that is left keeps them open.
            await Task.WhenAll(process.WaitForExitAsync(), output, errors).WaitAsync(Limit);
        }
        catch (TimeoutException exception)
        {
            process.Kill(entireProcessTree: true);
            await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(TimeSpan.FromSeconds(5)));
            var (said, wrong) = (output.IsCompletedSuccessfully ? await output : "", errors.IsCompletedSuccessfully ? await errors : "");
            throw new TimeoutException($"{process.StartInfo.FileName} did not end within {Limit}:\n{said}\n{wrong}", exception);
        }

        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Sends a signal, e.g. <c>TERM</c>. The shell has the command in itself; as a program it is not everywhere.</summary>
    public static async Task SignalAsync(this Process process, string signal)
    {
        var start = StartInfo("/bin/sh", "-c", FormattableString.Invariant($"kill -{signal} {process.Id}"));
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var kill = Process.Start(start)!;
        await kill.EndAsync();
    }

    /// <summary>Waits until something is true.</summary>
    /// <exception cref="TimeoutException">It did not become true in time.</exception>
    public static async Task UntilAsync(Func<bool> wanted, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (!wanted())
        {
            if (Stopwatch.GetElapsedTime(since) > Limit)
                throw new TimeoutException($"Within {Limit} this did not become true: {what}");
            await Task.Delay(10);
        }
    }
}
