using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Progeny.Replay.Feedback;
using Progeny.Replay.Feeds;
using Progeny.Replay.Metrics;

namespace Progeny.Replay.Serving;

/// <summary>
/// Asks the node about each flight when it is to depart, and reports what became of it after it has landed, both on an accelerated clock.
/// Everything that was answered and reported is kept in the journal; a replay goes on from there.
/// </summary>
internal sealed class FlightReplay
{
    private const int QueriesAtOnce = 32;
    private const int OutcomesAtOnce = 1_000;
    private static readonly TimeSpan s_reporting = TimeSpan.FromMilliseconds(200);

    private readonly NodeClient _node;
    private readonly Journal _journal;
    private readonly Score _score;
    private readonly Latencies _latencies;
    private readonly TimeProvider _time;
    private readonly ReplayClock _clock;
    private readonly Dictionary<long, Flight> _flights;
    private readonly IReadOnlyList<Flight> _left;
    private readonly PriorityQueue<FlightAnswer, DateTime> _airborne = new();
    private readonly ConcurrentQueue<FlightAnswer> _answers = [];
    private volatile string? _generation;
    private volatile string? _lastRefusal;
    private int _answered;
    private int _refused;
    private int _unmatched;

    /// <param name="flights">All flights of the replay, in the order of departure.</param>
    /// <param name="length">How long it takes from the first to the last of them.</param>
    /// <param name="mostQueries">How many flights this start asks about at most.</param>
    public FlightReplay(
        NodeClient node, Journal journal, Score score, IReadOnlyList<Flight> flights, TimeSpan length, int mostQueries, TimeProvider time)
    {
        (_node, _journal, _score, _time) = (node, journal, score, time);
        _latencies = new Latencies(time);
        _flights = flights.ToDictionary(flight => flight.Id);
        var earlier = journal.Read();
        foreach (var answer in earlier)
            Resume(answer);
        _answered = earlier.Count;
        var asked = earlier.Select(answer => answer.Flight).ToHashSet();
        _left = [.. flights.Where(flight => !asked.Contains(flight.Id)).Take(mostQueries)];
        var start = earlier.Count == 0 ? flights[0].Scheduled : _flights[earlier[^1].Flight].Scheduled;
        _clock = new ReplayClock(start, (flights[^1].Scheduled - flights[0].Scheduled) / length, time);
    }

    /// <summary>Runs until all outcomes are reported.</summary>
    /// <exception cref="NodeException">The node is gone. What it answered is kept.</exception>
    /// <exception cref="OperationCanceledException">It was stopped. What the node answered is kept.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = AskAsync(stop.Token);
        var reporting = ReportAsync(asking, stop.Token);
        try
        {
            if (await Task.WhenAny(asking, reporting) is { IsCompletedSuccessfully: false })
                await stop.CancelAsync();
            await asking;
            await reporting;
        }
        finally
        {
            // The other one, whichever failed, has heard of it and ends; only then the journal is ours.
            await Task.WhenAll(asking, reporting).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            KeepAnswers();
        }
    }

    public Snapshot Read()
    {
        var (perSecond, p50, p99) = _latencies.Read();
        return new()
        {
            Now = _clock.Now,
            Speed = _clock.Speed,
            Answered = _answered,
            Flights = _flights.Count,
            Refused = _refused,
            LastRefusal = _lastRefusal,
            PerSecond = perSecond,
            P50 = p50,
            P99 = p99,
            Generation = _generation,
            Score = _score.Read(),
            Unmatched = _unmatched,
        };
    }

    private void Resume(FlightAnswer answer)
    {
        _generation = answer.Version;
        var flight = _flights[answer.Flight];
        if (answer.Reported == 1)
            _score.Add(flight.Late, answer.Late);
        else
            _airborne.Enqueue(answer, flight.Landed);
    }

    private Task AskAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        DepartingAsync(cancellationToken),
        new ParallelOptions { MaxDegreeOfParallelism = QueriesAtOnce, CancellationToken = cancellationToken },
        async (flight, _) =>
        {
            var started = _time.GetTimestamp();
            try
            {
                // A query that is under way is answered and kept, also when the replay is being stopped.
                var answer = await _node.PredictAsync(flight, CancellationToken.None);
                _latencies.Add(_time.GetElapsedTime(started));
                _answers.Enqueue(answer);
                _generation = answer.Version;
                Interlocked.Increment(ref _answered);
            }
            catch (NodeException exception) when (!exception.Unreachable)
            {
                _lastRefusal = exception.Message;
                Interlocked.Increment(ref _refused);
            }
        });

    private async IAsyncEnumerable<Flight> DepartingAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var flight in _left)
        {
            await _clock.WaitAsync(flight.Scheduled, cancellationToken);
            yield return flight;
        }
    }

    private async Task ReportAsync(Task asking, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_reporting, _time);
        while (true)
        {
            // Asked before the answers are taken: none can come after.
            var last = asking.IsCompleted;
            KeepAnswers();
            await ReportLandedAsync(cancellationToken);
            if (last && _airborne.Count == 0)
                return;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private void KeepAnswers()
    {
        var answers = new List<FlightAnswer>();
        while (_answers.TryDequeue(out var answer))
            answers.Add(answer);
        _journal.Add(answers);
        foreach (var answer in answers)
            _airborne.Enqueue(answer, _flights[answer.Flight].Landed);
    }

    private async Task ReportLandedAsync(CancellationToken cancellationToken)
    {
        var landed = new List<FlightAnswer>();
        while (landed.Count < OutcomesAtOnce && _airborne.TryPeek(out var next, out var landing) && landing <= _clock.Now)
        {
            landed.Add(next);
            _airborne.Dequeue();
        }

        if (landed.Count == 0)
            return;
        cancellationToken.ThrowIfCancellationRequested();
        _unmatched += await _node.ReportAsync([.. landed.Select(answer => _flights[answer.Flight])], CancellationToken.None);
        _journal.MarkReported(landed);
        foreach (var answer in landed)
            _score.Add(_flights[answer.Flight].Late, answer.Late);
    }
}
