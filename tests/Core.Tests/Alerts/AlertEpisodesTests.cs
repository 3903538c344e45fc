using System.Collections.Immutable;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Releases;
using Progeny.Core.Alerts;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Alerts;

public sealed class AlertEpisodesTests
{
    private static readonly GenerationReference Champion = new("flights", "1.0.0", 1);
    private static readonly AlertManifest[] Alerts = [
        new() { Name = "slow", When = "latency_p99 > 9", Webhook = "ops" },
        new() { Name = "bad", When = "loss > 1" },
    ];

    private ImmutableArray<AlertEpisode> episodes = [];
    private int minutes;

    [Fact]
    public void Episode_begins_once_is_over_once_and_the_next_one_has_its_own_number()
    {
        Look(false, false).ShouldBeEmpty();
        Look(true, false).ShouldBe(["slow 1 began"]);
        Look(true, false).ShouldBeEmpty();
        Look(true, true).ShouldBe(["bad 1 began"]);
        Look(false, true).ShouldBe(["slow 1 over"]);
        Look(false, true).ShouldBeEmpty();
        Look(true, false).ShouldBe(["slow 2 began", "bad 1 over"]);
        episodes.Select(episode => (episode.Name, episode.Number, episode.Webhook, episode.Until is null))
            .ShouldBe([("slow", 2, "ops", true), ("bad", 1, null, false)]);
        episodes[1].Since.ShouldBeLessThan(episodes[1].Until!.Value);
    }

    [Fact]
    public void Alert_that_the_release_in_charge_does_not_have_any_more_is_over()
    {
        Look(true, true);
        var (next, changed) = AlertEpisodes.Update(
            episodes, [Alerts[1]], [Verdict(true)], Champion with { Generation = 2 }, DateTimeOffset.UnixEpoch.AddHours(1));
        changed.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            episode => episode.Name.ShouldBe("slow"),
            episode => episode.Until.ShouldNotBeNull(),
            episode => episode.Message.ShouldBe("flights@1.0.0:2 is in production, whose manifest has no such alert"));
        AlertEpisodes.Update(next, [Alerts[1]], [Verdict(true)], Champion, DateTimeOffset.UnixEpoch.AddHours(2)).Changed.ShouldBeEmpty();
    }

    [Fact]
    public void Signature_is_of_body_and_time_and_holds_for_a_while()
    {
        const string Secret = "a secret of the tests", Body = """{"id":"alert/flights/slow/1/firing"}""";
        var now = DateTimeOffset.FromUnixTimeSeconds(1_795_348_800);

        // printf '1795348800.{"id":"alert/flights/slow/1/firing"}' | openssl dgst -sha256 -hmac 'a secret of the tests'
        var header = WebhookSignature.Of(Secret, Body, now);
        header.ShouldBe("t=1795348800,v1=7b4a95a9f3b7b1d22d4a37959876c9738e720fbe35a9c0f33abbdcf61d2a6d92");
        var allowed = TimeSpan.FromMinutes(5);
        WebhookSignature.Verify(Secret, Body, header, now.AddMinutes(4), allowed).ShouldBeTrue();
        WebhookSignature.Verify(Secret, Body, header, now.AddMinutes(6), allowed).ShouldBeFalse();
        WebhookSignature.Verify(Secret, Body, header, now.AddMinutes(-6), allowed).ShouldBeFalse();
        WebhookSignature.Verify(Secret, Body + " ", header, now, allowed).ShouldBeFalse();
        WebhookSignature.Verify("another secret", Body, header, now, allowed).ShouldBeFalse();
        WebhookSignature.Verify(Secret, Body, header.Replace("1795348800", "1795348801"), now, allowed).ShouldBeFalse();
        WebhookSignature.Verify(Secret, Body, "nonsense", now, allowed).ShouldBeFalse();
    }

    private static ConditionVerdict Verdict(bool holds) => new(holds, $"it is {holds}", ImmutableSortedDictionary<string, double>.Empty);

    private List<string> Look(bool slow, bool bad)
    {
        (episodes, var changed) = AlertEpisodes.Update(
            episodes, Alerts, [Verdict(slow), Verdict(bad)], Champion, DateTimeOffset.UnixEpoch.AddMinutes(++minutes));
        return [.. changed.Select(episode => $"{episode.Name} {episode.Number} {(episode.Until is null ? "began" : "over")}")];
    }
}
