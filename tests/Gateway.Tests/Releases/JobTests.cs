namespace Progeny.Gateway.Tests.Releases;

public sealed class JobTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private readonly Node node = fixture.Node;

    [Fact]
    public async Task Failed_training_gives_its_last_words_as_verdict_and_what_it_printed_as_log()
    {
        await PublishTrainedAsync("fails", "echo reading\necho 'data.csv line 3: no such luck' >&2\nexit 3");
        var job = await node.TrainAsync("fails");
        ((string)job["status"]!).ShouldBe("failed");
        ((string)job["message"]!).ShouldContain("exit code 3: data.csv line 3: no such luck");
        job["generation"].ShouldBeNull();
        job["ended_at"].ShouldNotBeNull();
        var log = await node.Http.GetStringAsync($"/api/jobs/{job["id"]}/log");
        log.ShouldContain("reading");
        log.ShouldContain("no such luck");
        (await node.GetAsync("/api/projects/fails/generations")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Running_job_that_is_cancelled_ends_and_leaves_no_process()
    {
        var gate = new Gate(fixture.PathOf(""));
        await PublishTrainedAsync("cancelled", Gate.Script, gate);
        var id = await StartAsync("cancelled");
        await node.UntilAsync($"/api/jobs/{id}", job => (string?)job["message"] == "waits at the gate" || gate.Processes().Count > 0);

        await node.PostAsync($"/api/jobs/{id}/cancel", new { by = "ada" });
        var job = await node.EndOfAsync(id);
        ((string)job["status"]!, (string)job["cancelled_by"]!, (string)job["message"]!).ShouldBe(("cancelled", "ada", "Cancelled by ada."));
        (await node.GetAsync("/api/projects/cancelled/decisions")).ToJsonString().ShouldContain($"Cancel the job {id}");
        await gate.UntilNobodyWaitsAsync();
        Directory.Exists(Path.Combine(node.Data, "jobs", id)).ShouldBeFalse();

        var again = await node.PostAsync($"/api/jobs/{id}/cancel", new { by = "bob" });
        ((string)again["status"]!, (string)again["cancelled_by"]!).ShouldBe(("cancelled", "ada"));
    }

    [Fact]
    public async Task Second_job_waits_for_the_one_place_and_can_be_cancelled_there()
    {
        var gate = new Gate(fixture.PathOf(""));
        await PublishTrainedAsync("queues", Gate.Script, gate);
        var first = await StartAsync("queues");
        await node.UntilAsync($"/api/jobs/{first}", job => (string?)job["status"] == "running");
        var second = await StartAsync("queues");
        var third = await StartAsync("queues");

        (await StatusAsync(second)).ShouldBe("queued");
        await node.PostAsync($"/api/jobs/{second}/cancel", new { });
        (await node.EndOfAsync(second))["attempts"]!.GetValue<int>().ShouldBe(0);
        (await StatusAsync(second)).ShouldBe("cancelled");
        (await StatusAsync(third)).ShouldBe("queued");

        gate.Open();
        ((string)(await node.EndOfAsync(first))["generation"]!).ShouldBe("queues@1.0.0:1");
        ((string)(await node.EndOfAsync(third))["generation"]!).ShouldBe("queues@1.0.0:2");
        var jobs = await node.GetAsync("/api/projects/queues/jobs");
        jobs.AsArray().Select(job => (string)job!["id"]!).ShouldBe([third, second, first]);
    }

    [Fact]
    public async Task Job_on_an_unknown_release_or_project_is_refused_and_says_what_there_is()
    {
        EchoProject.WriteFinished(fixture.PathOf("known"), "known");
        (await node.PublishAsync("known", fixture.PathOf("known"))).EnsureSuccessStatusCode();

        var (status, problem) = await node.TryPostAsync("/api/projects/known/jobs", """{"kind": "train", "release": "9.9.9"}""");
        status.ShouldBe(404);
        ((string)problem["detail"]!).ShouldBe("known has no release 9.9.9; it has 1.0.0.");
        (status, _) = await node.TryPostAsync("/api/projects/nobody/jobs", """{"kind": "train"}""");
        status.ShouldBe(404);
        (status, problem) = await node.TryPostAsync("/api/projects/known/jobs", """{"kind": "guess"}""");
        status.ShouldBe(400);
        ((string)problem["detail"]!).ShouldContain("kind");
        (await node.GetAsync("/api/projects/known/jobs")).AsArray().ShouldBeEmpty();
        (await node.Http.GetAsync("/api/projects/nobody/jobs")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await node.Http.GetAsync("/api/jobs/0123")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Incremental_training_goes_on_from_the_state_of_the_last_generation()
    {
        const string counts = """
            count=$(cat previous/count 2>/dev/null || echo 0)
            echo "goes on from $count"
            mkdir -p state
            echo $((count + 1)) > state/count
            """;
        EchoProject.WriteTrained(fixture.PathOf("counts"), "counts", counts, incremental: true);
        (await node.PublishAsync("counts", fixture.PathOf("counts"))).EnsureSuccessStatusCode();

        for (var generation = 1; generation <= 3; generation++)
        {
            // The rows were trained on already, but for the first time: they are asked for again.
            var started = await node.PostAsync("/api/projects/counts/jobs", new { kind = "train", from = generation == 1 ? null : "0" });
            var job = await node.EndOfAsync((string)started["id"]!);
            ((string)job["generation"]!).ShouldBe($"counts@1.0.0:{generation}");
            (await node.Http.GetStringAsync($"/api/jobs/{job["id"]}/log")).ShouldContain($"goes on from {generation - 1}");
            var lineage = (await node.GetAsync($"/api/projects/counts/generations/1.0.0:{generation}"))["lineage"]!;
            ((int?)lineage["previous"]).ShouldBe(generation == 1 ? null : generation - 1);
        }

        var idle = await node.TrainAsync("counts");
        ((string)idle["status"]!).ShouldBe("succeeded");
        ((string)idle["message"]!).ShouldBe("There are no rows behind those that the last training took.");
        idle["generation"].ShouldBeNull();
    }

    private async Task PublishTrainedAsync(string name, string script, Gate? gate = null)
    {
        var folder = EchoProject.WriteTrained(fixture.PathOf(name), name, script, gate?.Path ?? "-");
        (await node.PublishAsync(name, folder)).EnsureSuccessStatusCode();
    }

    private async Task<string> StartAsync(string project) =>
        (string)(await node.PostAsync($"/api/projects/{project}/jobs", new { kind = "train" }))["id"]!;

    private async Task<string> StatusAsync(string job) => (string)(await node.GetAsync($"/api/jobs/{job}"))["status"]!;
}
