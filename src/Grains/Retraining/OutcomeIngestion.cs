using System.Text.Json;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Feedback;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Retraining;
using Progeny.Grains.Feedback;

namespace Progeny.Grains.Retraining;

/// <summary>Pulls outcomes for an offline agent when they are due, and remembers how far it came.</summary>
internal sealed class OutcomeIngestion(
    OutcomePuller puller, IKeyedOutcomes keyed, FeedbackInstruments instruments, IOptions<OfflineAgentOptions> options, TimeProvider time)
{
    private const int MaxProblems = 5;

    /// <param name="state">What the agent remembers.</param>
    /// <param name="save">Stores a change of it.</param>
    public async Task RunAsync(
        Manifest manifest,
        bool paused,
        OfflineAgentState state,
        Func<Func<OfflineAgentState, OfflineAgentState>, Task> save,
        BackOff backOff,
        CancellationToken cancellationToken)
    {
        if (manifest.Outcomes is not { } outcomes)
        {
            await save(now => now with { Pull = null, Watermark = null, WatermarkOf = null });
            return;
        }

        var of = string.Join('\n', outcomes.Feed, outcomes.Watermark, outcomes.Query);
        if (state.Pull is null || state.WatermarkOf != of)
        {
            state = state with { Pull = new OutcomePull { Feed = outcomes.Feed }, Watermark = null, WatermarkOf = of, Below = 0 };
            await save(now => now with { Pull = state.Pull, Watermark = null, WatermarkOf = of, Below = 0 });
        }

        var at = time.GetUtcNow();
        if (paused || IsEarly(state.Pull!, outcomes.Every, backOff, at))
            return;
        var failure = await TryAsync(() => PullAsync(manifest, state.Watermark, state.Below, save, cancellationToken), cancellationToken);

        // What came before waits for its queries whether the feed answers or not.
        failure = await TryAsync(() => MatchAsync(manifest, save, cancellationToken), cancellationToken) ?? failure;
        var ended = time.GetUtcNow();
        await save(now =>
        {
            instruments.Set(manifest.Name, now.Pull!);
            return now with
            {
                Pull = failure is null
                    ? now.Pull! with { PulledAt = ended, Next = ended + outcomes.Every, Failures = 0, Error = null }
                    : now.Pull! with
                    {
                        Failures = now.Pull.Failures + 1,
                        Error = failure,
                        Next = ended + Longer(backOff.After(now.Pull.Failures + 1), outcomes.Every),
                    },
            };
        });
    }

    /// <returns>Why it failed; null: it did not.</returns>
    private static async Task<string?> TryAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            return exception.Message;
        }
    }

    private async Task PullAsync(
        Manifest manifest,
        string? watermark,
        long below,
        Func<Func<OfflineAgentState, OfflineAgentState>, Task> save,
        CancellationToken cancellationToken)
    {
        var whole = manifest.Outcomes!.Watermark is null;
        var first = true;
        await puller.PullAsync(
            manifest,
            watermark is null ? null : JsonSerializer.Deserialize<Ordinal>(watermark),
            below,
            async pulled =>
            {
                // Without a watermark all rows are read each time, so what is bad is told of the last time.
                var anew = whole && first;
                first = false;
                await save(now => now with
                {
                    Pull = Add(now.Pull!, pulled, anew),
                    Watermark = pulled.Watermark is { } mark ? JsonSerializer.Serialize(mark) : now.Watermark,
                    Below = pulled.Below,
                });
            },
            cancellationToken);
    }

    private async Task MatchAsync(
        Manifest manifest, Func<Func<OfflineAgentState, OfflineAgentState>, Task> save, CancellationToken cancellationToken)
    {
        var settled = time.GetUtcNow() - TimeSpan.FromSeconds(options.Value.SettleSeconds);
        var matched = await keyed.MatchAsync(
            manifest.Name, manifest.Outcomes!.MatchWithin, settled, manifest.Serving.Retention, cancellationToken);
        await save(now => now with
        {
            Pull = now.Pull! with
            {
                Accepted = now.Pull.Accepted + matched.Receipt.Accepted,
                Corrected = now.Pull.Corrected + matched.Receipt.Corrected,
                Waiting = matched.Waiting,
                Ambiguous = matched.Ambiguous,
            },
        });
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static bool IsEarly(OutcomePull pull, TimeSpan every, BackOff backOff, DateTimeOffset now) =>
        pull.Next is { } next && next > now && next - now <= Longer(backOff.After(pull.Failures), every);

    private static OutcomePull Add(OutcomePull pull, PulledOutcomes pulled, bool anew) => pull with
    {
        Watermark = pulled.Watermark?.ToString() ?? pull.Watermark,
        Accepted = pull.Accepted + pulled.Accepted,
        Corrected = pull.Corrected + pulled.Corrected,
        Bad = (anew ? 0 : pull.Bad) + pulled.Bad,
        Behind = pull.Behind + pulled.Behind,
        Ahead = pulled.Ahead,
        Problems = [.. (anew ? [] : pull.Problems).Concat(pulled.Problems).Distinct().TakeLast(MaxProblems)],
    };
}
