using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Retraining;
using Progeny.Grains.Common;

namespace Progeny.Grains.Retraining;

/// <inheritdoc cref="IOfflineScheduleGrain"/>
/// <remarks>It stores nothing: a new activation checks all projects once, and what is due follows from what is stored of each.</remarks>
internal sealed partial class OfflineScheduleGrain(
    IOptions<OfflineAgentOptions> options, SiloStop stop, TimeProvider time, ILogger<OfflineScheduleGrain> logger)
    : Grain, IOfflineScheduleGrain, IRemindable
{
    private const string WakeReminder = "wake";
    private const int MaxConcurrentChecks = 8;
    private static readonly TimeSpan WakeInterval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// For so long after an event a project is checked with every check: what follows from an event may take a while to be stored.
    /// </summary>
    private static readonly TimeSpan ActiveFor = TimeSpan.FromMinutes(1);

    /// <summary>
    /// By more than this the clock of the wall must not get ahead of the monotonic one, or behind it, between two checks.
    /// </summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly TimeSpan check = TimeSpan.FromSeconds(options.Value.CheckSeconds);
    private (DateTimeOffset Wall, long Stamp) checkedAt;
    private int underWay;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        checkedAt = (time.GetUtcNow(), time.GetTimestamp());
        foreach (var project in await GrainFactory.GetGrain<IRosterGrain>(IRosterGrain.Key).List())
            entries.TryAdd(project, new Entry { DueAt = checkedAt.Stamp });
        this.RegisterGrainTimer(CheckAsync, new GrainTimerCreationOptions(check, check) { KeepAlive = true, Interleave = true });

        // Should this silo die, the reminder activates the schedule on another one.
        await this.RegisterOrUpdateReminder(WakeReminder, WakeInterval, WakeInterval);
    }

    public Task Start() => Task.CompletedTask;

    public Task Touch(ImmutableArray<string> projects)
    {
        var now = time.GetTimestamp();
        foreach (var project in projects)
        {
            if (!entries.TryGetValue(project, out var entry))
                entries.Add(project, entry = new Entry());
            (entry.DueAt, entry.TouchedAt, entry.IsTouched) = (now, now, true);
        }

        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    /// <summary>Starts the checks that are due, some at a time; none waits for another.</summary>
    private Task CheckAsync(CancellationToken cancellationToken)
    {
        if (stop.Token.IsCancellationRequested)
            return Task.CompletedTask;
        var (wall, now) = (time.GetUtcNow(), time.GetTimestamp());
        var leap = wall - checkedAt.Wall - time.GetElapsedTime(checkedAt.Stamp, now);
        checkedAt = (wall, now);
        foreach (var entry in entries.Values)
        {
            // Agents plan by the clock of the wall, so that after a leap of it all they planned is open.
            if (leap.Duration() > ClockTolerance)
                entry.DueAt = now;
        }

        StartLooks(now);
        return Task.CompletedTask;
    }

    private void StartLooks(long now)
    {
        foreach (var (project, entry) in entries)
        {
            if (underWay >= MaxConcurrentChecks)
                return;
            if (!entry.IsLooking && entry.DueAt <= now)
                _ = CheckAsync(project, entry);
        }
    }

    private async Task CheckAsync(string project, Entry entry)
    {
        underWay++;
        (entry.IsLooking, entry.DueAt) = (true, long.MaxValue);
        var touched = entry.IsTouched;
        entry.IsTouched = false;
        TimeSpan? wait;
        try
        {
            wait = await GrainFactory.GetGrain<IOfflineAgentGrain>(project).CheckProject(touched);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!stop.Token.IsCancellationRequested)
                LogFailed(logger, exception, project);
            wait = check;
        }

        underWay--;
        entry.IsLooking = false;
        var now = time.GetTimestamp();
        if (entry.TouchedAt is { } at && time.GetElapsedTime(at, now) < ActiveFor)
            wait = wait < check ? wait : check;
        if (wait is { } span)
            entry.DueAt = Math.Min(entry.DueAt, now + (long)(span.TotalSeconds * time.TimestampFrequency));
        if (!stop.Token.IsCancellationRequested)
            StartLooks(checkedAt.Stamp);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The offline agent of {Project} could not be called; it is called again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string project);

    private sealed class Entry
    {
        /// <summary>The timestamp from which on it is to be checked.</summary>
        public long DueAt { get; set; }

        /// <summary>The timestamp of the last event.</summary>
        public long? TouchedAt { get; set; }

        /// <summary>Whether something happened since the last check began.</summary>
        public bool IsTouched { get; set; }

        public bool IsLooking { get; set; }
    }
}
