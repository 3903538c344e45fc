using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Progeny.Core.Security.Audit;
using Progeny.Storage.Security;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What of the requests to a node is in its audit log.</summary>
public sealed class AuditTests(TrainedNode trained) : IClassFixture<TrainedNode>
{
    private readonly Node node = trained.Node;

    [Fact]
    public async Task Change_has_an_entry_that_says_who_did_what_when_and_what_was_before()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        (await node.TryPostAsync("/api/projects/demo/offline/pause", """{"reason":"maintenance"}""")).Status.ShouldBe(200);
        (await node.TryPostAsync("/api/projects/demo/offline/resume", "{}")).Status.ShouldBe(200);

        var entries = (await node.GetAsync("/api/audit?project=demo&action=offline")).AsArray();

        var pause = entries.Single(entry => (string)entry!["action"]! == "offline.pause")!;
        ((string)pause["by"]!).ShouldBe("anonymous");
        ((string)pause["from"]!).ShouldBe("127.0.0.1");
        ((string)pause["request"]!).ShouldBe("POST /api/projects/demo/offline/pause");
        ((int)pause["status"]!).ShouldBe(200);
        ((string?)pause["trace_id"]).ShouldNotBeNullOrEmpty();
        ((bool)pause["before"]!["paused"]!).ShouldBeFalse();
        ((bool)pause["after"]!["paused"]!).ShouldBeTrue();
        ((string)pause["after"]!["reason"]!).ShouldBe("maintenance");
        DateTimeOffset.Parse((string)pause["time"]!, System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeInRange(before, DateTimeOffset.UtcNow.AddSeconds(1));
    }

    [Fact]
    public async Task Promotion_and_release_and_job_are_there_by_the_names_that_the_client_gave_and_the_decision_of_the_platform_as_well()
    {
        await node.PostAsync("/api/projects/demo/rollback", new { version = "0.1.0:1", by = "ada", reason = "once more" });

        var entries = (await node.GetAsync("/api/audit?project=demo&limit=1000")).AsArray();

        Find("release.create")["after"]!["version"]!.GetValue<string>().ShouldBe("0.1.0");
        Find("job.create")["subject"]!.GetValue<string>().ShouldStartWith("job ");
        Find("promotion.create")["after"]!["champion"]!.GetValue<string>().ShouldBe("demo@0.1.0:1");
        Find("project.rollback")["by"]!.GetValue<string>().ShouldBe("anonymous as 'ada'");
        Find("decision.promotion")["by"]!.GetValue<string>().ShouldBe("progeny");
        (await node.GetAsync("/api/audit?by=anonymous&action=project.rollback")).AsArray().ShouldNotBeEmpty();

        JsonNode Find(string action) => entries.First(entry => (string)entry!["action"]! == action)!;
    }

    [Fact]
    public async Task Refused_requests_have_entries_and_predictions_and_outcomes_have_none()
    {
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/api/projects") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        (await node.Http.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await node.TryPostAsync("/api/projects/demo/predict", """{"rows":[{}]}""")).Status.ShouldBeOneOf(200, 400);
        (await node.TryPostAsync("/api/projects/demo/outcomes", """{"outcomes":[{"query_id":"a","outcome":1}]}""")).Status.ShouldBeOneOf(
            200, 400);

        var entries = (await node.GetAsync("/api/audit?limit=1000")).AsArray();

        entries.ShouldContain(
            entry =>
                (int)entry!["status"]! == 403 && (string)entry["request"]! == "GET /api/projects" && (string)entry["by"]! == "unknown");
        entries.ShouldNotContain(entry => ((string?)entry!["request"] ?? "").EndsWith("/predict", StringComparison.Ordinal));
        entries.ShouldNotContain(entry => ((string?)entry!["request"] ?? "").EndsWith("/outcomes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Change_that_failed_has_an_entry_with_its_status()
    {
        (await node.TryPostAsync("/api/projects/demo/generations/9.9.9:9/retire", "{}")).Status.ShouldBe(404);

        var entry = (await node.GetAsync("/api/audit?action=generation.retire")).AsArray().First()!;
        ((int)entry["status"]!, (string)entry["subject"]!).ShouldBe((404, "version 9.9.9:9"));
    }

    [Fact]
    public async Task Log_of_a_node_is_intact_and_its_export_ends_with_its_end()
    {
        var verified = await node.GetAsync("/api/audit/verify");
        ((bool)verified["intact"]!, (bool)verified["sealed"]!).ShouldBe((true, true), (string?)verified["problem"]);

        var lines = (await node.Http.GetStringAsync("/api/audit/export")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ((string)JsonNode.Parse(lines[0])!["action"]!).ShouldBe("node.start");
        ((long)JsonNode.Parse(lines[^1])!["end"]!).ShouldBe(lines.Length - 1);
    }

    [Fact]
    public async Task Change_that_cannot_be_recorded_is_not_acknowledged_and_what_was_refused_is_answered_as_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
        var full = new FullAuditLog();
        await using (var broken = await Node.StartAsync(
            folder,
            services =>
                services.Replace(
                    ServiceDescriptor.Singleton<IAuditLog>(provider => full.Over(provider.GetRequiredService<SqliteAuditLog>()))),
            []))
        {
            (await broken.PublishAsync("demo", trained.Project)).StatusCode.ShouldBe(HttpStatusCode.Created);
            full.IsFull = true;
            full.HoldsNotes = true;

            var (status, problem) = await broken.TryPostAsync("/api/projects/demo/offline/pause", "{}");
            (status, (string)problem["title"]!).ShouldBe((503, "Not recorded"));
            ((bool)(await broken.GetAsync("/api/projects/demo/offline"))["paused"]!).ShouldBeTrue(); // as the answer says: it took effect
            (await broken.TryPostAsync("/api/projects/none/offline/pause", "{}")).Status.ShouldBe(404);

            full.HoldsNotes = false;
            (await broken.TryPostAsync("/api/projects/demo/offline/resume", "{}")).Status.ShouldBe(503);
            ((bool)(await broken.GetAsync("/api/projects/demo/offline"))["paused"]!).ShouldBeTrue(); // nothing was done
        }

        // What took effect without an entry has a note, of which the next start makes one.
        await using (var next = await Node.StartAsync(folder))
        {
            var entries = (await next.GetAsync("/api/audit?action=offline")).AsArray();
            entries.Select(entry => ((string)entry!["action"]!, (int)entry["status"]!, (string?)entry["after"]?["outcome"]))
                .ShouldBe([("offline.pause", 0, "unknown"), ("offline.pause", 0, "unknown")]);
            ((bool)(await next.GetAsync("/api/audit/verify"))["intact"]!).ShouldBeTrue();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Flood_of_refused_requests_is_counted()
    {
        var folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
        await using (var flooded = await Node.StartAsync(folder, "--Audit:RefusedPerMinute", "5"))
        {
            for (var i = 0; i < 40; i++)
            {
                using var foreign = new HttpRequestMessage(
                    HttpMethod.Get, "/api/projects") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
                (await flooded.Http.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            }

            // a minute may end meanwhile
            (await flooded.GetAsync("/api/audit?limit=1000")).AsArray().Count(entry => (int)entry!["status"]! == 403)
                .ShouldBeInRange(5, 10);
        }

        await using (var next = await Node.StartAsync(folder))
        {
            var entries = (await next.GetAsync("/api/audit?limit=1000")).AsArray();
            var single = entries.Count(entry => (int)entry!["status"]! == 403);
            var counted = entries.Where(entry => (string)entry!["action"]! == "refused.more")
                .Sum(entry => (int)entry!["after"]!["attempts"]!);
            (single + counted).ShouldBe(40);
        }

        Directory.Delete(folder, recursive: true);
    }

    private sealed class FullAuditLog
    {
        public bool IsFull { get; set; }

        public bool HoldsNotes { get; set; }

        public IAuditLog Over(IAuditLog log) => new Log(this, log);

        private sealed class Log(FullAuditLog disk, IAuditLog log) : IAuditLog
        {
            public Task<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken) =>
                disk.IsFull ? throw new IOException("the disk is full") : log.AppendAsync(entry, cancellationToken);

            public Task<long> BeginAsync(AuditEntry intent, string node, CancellationToken cancellationToken) =>
                disk is { IsFull: true, HoldsNotes: false }
                    ? throw new IOException("the disk is full")
                    : log.BeginAsync(intent, node, cancellationToken);

            public Task<long> CompleteAsync(long intent, AuditEntry entry, CancellationToken cancellationToken) =>
                disk.IsFull ? throw new IOException("the disk is full") : log.CompleteAsync(intent, entry, cancellationToken);

            public Task<int> CompleteLostAsync(string node, DateTimeOffset before, CancellationToken cancellationToken) =>
                log.CompleteLostAsync(node, before, cancellationToken);

            public Task<IReadOnlyList<StoredAuditEntry>> ListAsync(AuditFilter filter, CancellationToken cancellationToken) =>
                log.ListAsync(filter, cancellationToken);

            public Task<IReadOnlyList<StoredAuditEntry>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
                log.ReadAsync(after, limit, cancellationToken);

            public Task<AuditEnd> GetEndAsync(CancellationToken cancellationToken) => log.GetEndAsync(cancellationToken);

            public Task<long> PruneAsync(TimeSpan kept, DateTimeOffset now, CancellationToken cancellationToken) =>
                log.PruneAsync(kept, now, cancellationToken);

            public Task<int> SendAsync(
                string receiver,
                int limit,
                Func<IReadOnlyList<StoredAuditEntry>, CancellationToken, Task> send,
                CancellationToken cancellationToken) =>
                log.SendAsync(receiver, limit, send, cancellationToken);
        }
    }
}
