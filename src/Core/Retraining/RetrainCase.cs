using Progeny.Abstractions.Training;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Core.Retraining;

/// <summary>All on which it is decided whether a project is trained again.</summary>
public sealed record RetrainCase
{
    /// <summary>
    /// A condition that stays true asks again once the outcomes have grown by this share of the rows of the last training.
    /// </summary>
    public const double Growth = 0.1;

    /// <summary>A condition that stays true asks again after this time at the latest.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromHours(1);

    public required RetrainManifest Retrain { get; init; }

    /// <summary>The trainings and searches of the newest release.</summary>
    public required JobHistory Jobs { get; init; }

    /// <summary>When the newest generation of the release was made; null: there is none.</summary>
    public DateTimeOffset? GenerationAt { get; init; }

    /// <summary>On how many rows the newest generation was trained, those of the generations that it continues included.</summary>
    public long TrainRows { get; init; }

    /// <summary>How many outcomes came since then.</summary>
    public long NewOutcomes { get; init; }

    /// <summary>How many outcomes came since the newest job was seen first.</summary>
    public long OutcomesSinceJob { get; init; }

    /// <summary>What became of <see cref="RetrainManifest.When"/>; null: it was not asked.</summary>
    public ConditionVerdict? When { get; init; }

    /// <summary>Whether the condition was false at some time since the newest training that it asked for.</summary>
    public bool WasFalse { get; init; }

    public required BackOff BackOff { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>When the clock asks for a training; null: it never does.</summary>
    public DateTimeOffset? ByClock => Retrain.Every is not { } every ? null : Schedule.Due(LastAt, every, Now);

    /// <summary>Decides whether a training is started now.</summary>
    public RetrainDecision Decide()
    {
        if (Jobs.Open is { } open)
            return new RetrainDecision.Wait($"job {open.Id} goes on", null);
        if (Jobs.RestUntil(BackOff, Now) is { } rest)
            return new RetrainDecision.Wait(
                $"the last {(Jobs.Failures == 1 ? "training" : $"{Jobs.Failures} trainings")} failed; it is tried again later", rest);
        if (ByClock is { } clock && clock <= Now)
        {
            var since = LastAt is { } last ? $"the last training is {Span(Now - last)} ago" : "nothing was trained yet";
            return new RetrainDecision.Start(JobTrigger.Schedule, $"retrain.every: {since}");
        }

        if (When is { Holds: true } verdict)
        {
            var held = HeldUntil();
            if (held is null)
                return new RetrainDecision.Start(JobTrigger.Condition, $"retrain.when: {verdict.Message}");
            return new RetrainDecision.Wait(
                $"retrain.when stays true ({verdict.Message}); it asks again when it was false, when there are {NeededOutcomes} new "
                    + $"outcomes ({GrownBy} now), or later",
                Earlier(held, ByClock));
        }

        return new RetrainDecision.Wait(When is { } asked ? $"retrain.when: {asked.Message}" : "the clock", ByClock);
    }

    /// <remarks>The newest by their order, not by their times: the clock may have been put back.</remarks>
    private DateTimeOffset? LastAt => Jobs.DoneAt ?? GenerationAt;

    private long NeededOutcomes => Math.Max(1, (long)Math.Ceiling(Growth * TrainRows));

    /// <summary>What a training that made nothing could know lies behind it, too.</summary>
    private long GrownBy => Jobs.Newest?.Generation is null ? OutcomesSinceJob : NewOutcomes;

    /// <summary>
    /// Until when a condition must wait that was true ever since the newest training; null: it may ask. It waits where it asked for that
    /// training or somebody cancelled what the agent had started, and, whoever asked, where the training found nothing new.
    /// </summary>
    private DateTimeOffset? HeldUntil()
    {
        if (Jobs.Newest is not { EndedAt: { } ended } newest)
            return null;
        var held = newest.Status switch
        {
            JobStatus.Succeeded when newest.Generation is null => true,
            JobStatus.Succeeded => !WasFalse && newest.Request.Trigger is JobTrigger.Condition,
            JobStatus.Cancelled => !WasFalse && newest.Request.Trigger is not JobTrigger.Request,
            _ => false,
        };
        if (!held || GrownBy >= NeededOutcomes)
            return null;
        var took = ended - (newest.StartedAt ?? ended);
        var hold = TimeSpan.FromTicks(Math.Max(LongestHold.Ticks, 10 * Math.Max(0, took.Ticks)));
        return Schedule.Due(ended, hold, Now) is var until && until > Now ? until : null;
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one < other || other is null ? one : other;

    private static string Span(TimeSpan span) =>
        span < TimeSpan.Zero
            ? "in the future, by a clock that was put back,"
            : ManifestUnits.Format(TimeSpan.FromSeconds(Math.Round(span.TotalSeconds)));
}
