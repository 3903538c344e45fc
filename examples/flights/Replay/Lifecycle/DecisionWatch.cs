using Progeny.Replay.Serving;

namespace Progeny.Replay.Lifecycle;

/// <summary>Reads what the node decides about the project while the replay runs: trainings, gates, experiments, promotions.</summary>
internal sealed class DecisionWatch(NodeClient node, TimeProvider time)
{
    private const int Read = 40;
    private const int Shown = 8;

    /// <summary>The kind of a change of shares, which an experiment or a promotion says in its own words, too.</summary>
    private const string Plan = "plan";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private volatile IReadOnlyList<DecisionState> _latest = [];

    /// <summary>The last decisions, the newest first.</summary>
    public IReadOnlyList<DecisionState> Latest => _latest;

    /// <summary>Reads until it is stopped. A node that does not answer is asked again: what it has decided by then is not lost.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_pause, time);
        try
        {
            do
            {
                try
                {
                    _latest = [.. (await node.ListDecisionsAsync(Read, cancellationToken)).Where(decision => decision.Kind != Plan).Take(Shown)];
                }
                catch (NodeException)
                {
                    // The replay itself says so, where it matters.
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The replay is over.
        }
    }
}
