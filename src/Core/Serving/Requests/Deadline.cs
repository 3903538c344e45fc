using System.Diagnostics;
using System.Globalization;
using Progeny.Abstractions.Serving;
using Progeny.Core.Manifests;

namespace Progeny.Core.Serving.Requests;

/// <summary>
/// The time that a client gives its query: the header <c>Progeny-Deadline</c>, <c>50ms</c>, <c>2s</c> or a number of milliseconds.
/// </summary>
public static class Deadline
{
    public const string Header = "Progeny-Deadline";

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Reads the header of a request that has it.</summary>
    /// <returns>What is wrong with it; null: nothing.</returns>
    public static ServingError? Read(string text, out TimeSpan deadline)
    {
        var fits = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? (deadline = TimeSpan.FromMilliseconds(milliseconds)) > TimeSpan.Zero
            : ManifestUnits.TryParseDuration(text, out deadline);
        return fits && deadline > TimeSpan.Zero && deadline <= Longest
            ? null
            : new ServingError(
                ServingErrorKind.InvalidQuery,
                $"The header {Header} is '{text}'; it must be a time above 0 and of at most an hour, such as 50ms, 2s, or 50 for "
                    + "milliseconds.");
    }

    /// <summary>What is left of a deadline, for an agent in another process.</summary>
    /// <param name="started">The timestamp from which it counts.</param>
    public static TimeSpan Left(TimeSpan deadline, long started)
    {
        var left = deadline - Stopwatch.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>
    /// Asks and waits no longer than the deadline. What has been started by then ends on its own, and its answer is given to nobody; what
    /// has not is never started.
    /// </summary>
    /// <param name="ask">Reads the body and asks; its token is cancelled at the deadline.</param>
    public static async Task<ServedAnswer> AskAsync(
        Func<CancellationToken, Task<ServedAnswer>> ask, TimeSpan deadline, TimeProvider time, CancellationToken aborted)
    {
        using var timer = new CancellationTokenSource(deadline, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, aborted);
        var asked = ask(until.Token);
        try
        {
            var answer = await asked.WaitAsync(until.Token);
            return timer.IsCancellationRequested || answer.Error is { Kind: ServingErrorKind.DeadlineExceeded } ? Passed(deadline) : answer;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            // Its failure, if it fails, has nobody left to be told.
            _ = asked.ContinueWith(
                static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return Passed(deadline);
        }
    }

    private static ServedAnswer Passed(TimeSpan deadline) => new(new ServingError(
        ServingErrorKind.DeadlineExceeded,
        $"There was no answer within the {ManifestUnits.Format(deadline)} that the request gave it ({Header})."));
}
