using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Decisions;
using Progeny.Core.Retraining;

namespace Progeny.Grains.Alerts;

/// <summary>What is said of alerts, and when it is said again.</summary>
internal static class AlertMessages
{
    /// <summary>More messages than these do not wait; the oldest are given up.</summary>
    public const int Most = 200;

    /// <summary>How long it is waited between the attempts to deliver a message, all together, before it is given up.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromDays(3);

    private const int MaxDoublings = 12;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The message of an episode that began or was over; null: no webhook is to be told.</summary>
    public static WebhookMessage? Of(string project, AlertEpisode episode, DateTimeOffset now)
    {
        if (episode.Webhook is not { } webhook)
            return null;
        var id = IdOf(project, episode);
        return new WebhookMessage
        {
            Id = id,
            Alert = episode.Name,
            Webhook = webhook,
            CreatedAt = now,
            DueAt = now,
            Body = JsonSerializer.Serialize(
                new
                {
                    Id = id,
                    Project = project,
                    Alert = episode.Name,
                    Status = episode.Until is null ? "firing" : "resolved",
                    Episode = episode.Number,
                    Generation = episode.Generation.ToString(),
                    Condition = episode.When,
                    episode.Message,
                    // JSON has no NaN and no infinity: such a figure is null.
                    Figures = episode.Figures.ToDictionary(
                        figure => figure.Key, figure => double.IsFinite(figure.Value) ? figure.Value : (double?)null),
                    episode.Since,
                    episode.Until,
                },
                Json),
        };
    }

    public static Decision DecisionOf(string project, AlertEpisode episode) => new()
    {
        Id = IdOf(project, episode),
        Project = project,
        At = episode.Until ?? episode.Since,
        Kind = DecisionKind.Alert,
        By = $"alert {episode.Name}",
        Message = $"{(episode.Until is null ? "Began" : "Is over")}: {episode.Message}",
        Generation = episode.Generation,
        Figures = episode.Figures,
    };

    /// <summary>
    /// The message after an attempt that failed: due again after a time that doubles, up to an hour; null: it has waited long enough.
    /// </summary>
    public static WebhookMessage? Again(WebhookMessage message, string error, DateTimeOffset now)
    {
        var next = message with { Attempts = message.Attempts + 1, Error = error };
        var wait = WaitOf(next);
        return message.Waited > TimeLimit ? null : next with { DueAt = now + wait, Waited = message.Waited + wait };
    }

    /// <summary>When a message is due; never later than the wait of its attempts from now, wherever the clock was set.</summary>
    public static DateTimeOffset DueOf(WebhookMessage message, DateTimeOffset now)
    {
        var wait = WaitOf(message);
        return Schedule.Due(message.DueAt - wait, wait, now);
    }

    /// <summary>The first message of each alert: what it says next must not arrive before.</summary>
    public static IEnumerable<WebhookMessage> Next(ImmutableArray<WebhookMessage> outbox) => outbox.DistinctBy(message => message.Alert);

    private static TimeSpan WaitOf(WebhookMessage message)
    {
        if (message.Attempts == 0)
            return TimeSpan.Zero;
        var wait = FirstWait * Math.Pow(2, Math.Min(message.Attempts - 1, MaxDoublings));
        return wait < LongestWait ? wait : LongestWait;
    }

    private static string IdOf(string project, AlertEpisode episode) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"alert/{project}/{episode.Name}/{episode.Number}/{(episode.Until is null ? "firing" : "resolved")}");
}
