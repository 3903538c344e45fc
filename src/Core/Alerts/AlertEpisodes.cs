using System.Collections.Immutable;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Core.Alerts;

/// <summary>When alerts begin and are over.</summary>
public static class AlertEpisodes
{
    /// <summary>Holds the last episodes beside what the conditions say now.</summary>
    /// <param name="before">The last episode of each alert that has had one.</param>
    /// <param name="alerts">The alerts of the release in production; what it does not have any more is over.</param>
    /// <param name="verdicts">What each of them says, in their order.</param>
    /// <param name="champion">The generation in production.</param>
    /// <returns>The last episode of each alert, and those among them that began or were over just now.</returns>
    public static (ImmutableArray<AlertEpisode> Episodes, ImmutableArray<AlertEpisode> Changed) Update(
        ImmutableArray<AlertEpisode> before,
        IReadOnlyList<AlertManifest> alerts,
        IReadOnlyList<ConditionVerdict> verdicts,
        GenerationReference champion,
        DateTimeOffset now)
    {
        var changed = ImmutableArray.CreateBuilder<AlertEpisode>();
        var episodes = before.ToList();
        for (var i = 0; i < alerts.Count; i++)
        {
            var (alert, verdict) = (alerts[i], verdicts[i]);
            var index = episodes.FindIndex(episode => episode.Name == alert.Name);
            var last = index < 0 ? null : episodes[index];
            if (verdict.Holds == last is { Until: null })
                continue;
            var next = verdict.Holds
                ? new AlertEpisode
                {
                    Name = alert.Name,
                    Number = (last?.Number ?? 0) + 1,
                    Since = now,
                    Generation = champion,
                    When = alert.When,
                    Message = verdict.Message,
                    Figures = verdict.Figures,
                    Webhook = alert.Webhook,
                }
                : last! with { Until = now, Generation = champion, Message = verdict.Message, Figures = verdict.Figures };
            changed.Add(next);
            if (index < 0)
                episodes.Add(next);
            else
                episodes[index] = next;
        }

        for (var i = 0; i < episodes.Count; i++)
        {
            if (episodes[i].Until is not null || alerts.Any(alert => alert.Name == episodes[i].Name))
                continue;
            episodes[i] = episodes[i] with
            {
                Until = now,
                Generation = champion,
                Message = $"{champion} is in production, whose manifest has no such alert",
                Figures = ImmutableSortedDictionary<string, double>.Empty,
            };
            changed.Add(episodes[i]);
        }

        return ([.. episodes], changed.ToImmutable());
    }
}
