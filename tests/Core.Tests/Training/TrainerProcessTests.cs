using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

public sealed class TrainerProcessTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _lines = new();

    [Fact]
    public async Task Trainer_that_exits_with_0_succeeds_and_its_output_is_kept()
    {
        var result = await Run("echo one; echo two >&2; printf three");

        result.Verdict.ShouldBe(TrainerVerdict.Succeeded);
        result.ExitCode.ShouldBe(0);
        result.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().ShouldBe(["one", "three", "two"], ignoreOrder: true);
        _lines.ShouldBe(["one", "three"]);
    }

    [Fact]
    public async Task Trainer_that_fails_is_quoted_with_its_last_words()
    {
        var result = await Run("echo first >&2; echo 'column x is odd' >&2; echo >&2; exit 3");

        result.Verdict.ShouldBe(TrainerVerdict.Failed);
        result.Message.ShouldBe("The trainer failed with exit code 3: column x is odd");
    }

    [Fact]
    public async Task Trainer_that_is_not_there_is_named()
    {
        var result = await new TrainerProcess(new(), TimeProvider.System).RunAsync(
            ["no-such-trainer"], _folder.Path, Long, 1 << 30, _lines.Enqueue, default);

        result.Verdict.ShouldBe(TrainerVerdict.Failed);
        result.Message.ShouldContain("'no-such-trainer' was not found or could not be run");
    }

    [Fact]
    public async Task Trainer_killed_from_outside_says_by_what()
    {
        var result = await Run("kill -9 $$");

        result.Verdict.ShouldBe(TrainerVerdict.Failed);
        result.Message.ShouldContain("killed by signal 9, perhaps because the machine ran out of memory");
    }

    [Fact]
    public async Task Trainer_sees_its_folder_and_none_of_the_secrets()
    {
        Environment.SetEnvironmentVariable("PROGENY_TEST_SECRET", "do not tell");

        await Run("pwd; env");

        var folder = new DirectoryInfo(_folder.Path).FullName;
        _lines.First().ShouldBe(folder);
        var names = _lines.Skip(1).Select(line => line.Split('=')[0])
            .Except(["PWD", "OLDPWD", "SHLVL", "_", "DOTNET_ROOT", "DOTNET_ROOT_X64", "XGBOOST_LIBRARY"]);
        names.Where(name => !name.EndsWith("_THREADS", StringComparison.Ordinal)).ShouldBe(
            ["PATH", "HOME", "TMPDIR", "LANG", "OMP_WAIT_POLICY", "LOKY_MAX_CPU_COUNT", "DOTNET_PROCESSOR_COUNT"], ignoreOrder: true);
        _lines.ShouldContain($"HOME={folder}");
        Directory.Exists(_folder.At("tmp")).ShouldBeTrue();
    }

    [Fact]
    public async Task Trainer_and_its_children_run_at_the_lowest_priority_with_as_many_threads_as_the_node_lets_them()
    {
        // Fields of proc(5) of a child of a child: niceness, and SCHED_IDLE.
        await Run(
            "sh -c 'cut -d \" \" -f 19,41 /proc/self/stat; ionice -p $$'; echo $OMP_NUM_THREADS",
            options: new() { Threads = 3, LowPriority = true });

        _lines.ShouldBe(["19 5", "idle", "3"]);
    }

    [Fact]
    public async Task Trainer_is_stopped_at_its_time_limit_with_all_its_children()
    {
        var result = await Run("sleep 100 & echo $!; trap '' TERM; sleep 100", timeout: TimeSpan.FromMilliseconds(300));

        result.Verdict.ShouldBe(TrainerVerdict.TimedOut);
        result.Message.ShouldBe("The trainer was stopped after its time limit of 00:00:00.3000000 (pipeline.timeout).");
        result.Duration.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        ShouldBeGone(int.Parse(_lines.Single(), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Trainer_is_stopped_at_its_memory_limit_children_included()
    {
        var result = await Run("python3 -c 'import time; x = bytearray(200 << 20); time.sleep(100)'; echo not reached", memory: 100 << 20);

        result.Verdict.ShouldBe(TrainerVerdict.OutOfMemory);
        result.Message.ShouldEndWith("of memory; its limit is 100 MiB (pipeline.memory).");
        result.PeakMemory.ShouldBeGreaterThan(100 << 20);
        _lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Shared_memory_that_nobody_maps_counts_and_is_removed()
    {
        var file = $"/dev/shm/progeny-test-{Guid.NewGuid():N}";

        var result = await Run($"exec 4>{file}; head -c 150000000 /dev/zero >&4; sleep 100", memory: 100 << 20);

        result.Verdict.ShouldBe(TrainerVerdict.OutOfMemory);
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task Segments_of_shared_memory_count_and_are_removed()
    {
        const string Script = "import ctypes, time; c = ctypes.CDLL(None); i = c.shmget(0, 150 << 20, 0o1600); c.shmat.restype = "
        + "ctypes.c_void_p; "
            + "p = c.shmat(i, None, 0); ctypes.memset(p, 1, 150 << 20); c.shmdt(ctypes.c_void_p(p)); print(i, flush=True); time.sleep(100)";

        var result = await Run($"python3 -c '{Script}'", memory: 100 << 20);

        result.Verdict.ShouldBe(TrainerVerdict.OutOfMemory);
        foreach (var id in _lines)
            (await File.ReadAllLinesAsync("/proc/sysvipc/shm")).ShouldNotContain(
                line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == id);
    }

    [Fact]
    public async Task Trainer_is_stopped_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();

        var result = await Run("echo ready; sleep 100", onLine: _ => cancel.Cancel(), cancellationToken: cancel.Token);

        result.Verdict.ShouldBe(TrainerVerdict.Cancelled);
        result.Message.ShouldBe("The training was cancelled.");
    }

    [Fact]
    public async Task Children_are_gone_after_the_trainer_those_in_a_session_of_their_own_included()
    {
        var result = await Run("sleep 100 & echo $!; setsid sleep 100 & echo $!; sleep 0.4");

        result.Verdict.ShouldBe(TrainerVerdict.Succeeded);
        foreach (var line in _lines)
            ShouldBeGone(int.Parse(line, CultureInfo.InvariantCulture));
        _lines.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("; kill 0")]
    [InlineData("; sleep 100")]
    public async Task Daemons_that_left_the_tree_are_gone_when_the_job_has_ended(string end)
    {
        // A session of its own, a parent that is gone at once, no variable and no folder of the job.
        const string Daemon = "setsid sh -c 'cd / && env -i sleep 100 >/dev/null 2>&1 & echo $!'";
        using var cancel = new CancellationTokenSource();

        var result = await Run(
            $"{Daemon}; {Daemon}; echo started{end}",
            onLine: line =>
            {
                if (line != "started")
                    _lines.Enqueue(line);
                else if (end.Contains("sleep", StringComparison.Ordinal))
                    cancel.Cancel();
            },
            options: new() { WatchInterval = TimeSpan.FromHours(1) },
            cancellationToken: cancel.Token);

        _lines.Count.ShouldBe(2);
        foreach (var line in _lines)
            ShouldBeGone(int.Parse(line, CultureInfo.InvariantCulture));
        result.Duration.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Daemon_that_becomes_another_process_all_the_time_is_gone_when_the_job_has_ended(bool isCancelled)
    {
        var name = $"chain-{Guid.NewGuid():N}";
        using var cancel = new CancellationTokenSource();

        var result = await Run(
            $"perl -e 'use POSIX; my $e = time + 20; while (time < $e) {{ exit if fork; setsid }}' {name} >/dev/null 2>&1 & sleep 0.05; "
                + $"echo started; {(isCancelled ? "sleep 100" : "")}",
            onLine: _ =>
            {
                if (isCancelled)
                    cancel.Cancel();
            },
            cancellationToken: cancel.Token);

        result.Verdict.ShouldBe(isCancelled ? TrainerVerdict.Cancelled : TrainerVerdict.Succeeded);
        // A killed process is listed until the system has come to it; the chain would go on for 20 s.
        for (var waited = Stopwatch.StartNew(); IsListed() && waited.Elapsed < TimeSpan.FromSeconds(3);)
            await Task.Delay(10);
        for (var look = 0; look < 5; look++)
            IsListed().ShouldBeFalse();

        bool IsListed() =>
            Directory.GetDirectories("/proc").Any(folder => CommandOf(folder).Contains(name, StringComparison.Ordinal));

        static string CommandOf(string folder)
        {
            try
            {
                return File.ReadAllText($"{folder}/cmdline");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task Output_that_somebody_else_holds_open_does_not_keep_the_job_from_ending()
    {
        FileStream? held = null;

        var result = await Run(
            "echo $$; until [ -e tmp/held ]; do sleep 0.01; done; echo said >&2; exit 3",
            onLine: line =>
            {
                held ??= new FileStream($"/proc/{line}/fd/1", FileMode.Open, FileAccess.Write);
                File.WriteAllText(_folder.At("tmp/held"), "");
            },
            options: new() { OutputGrace = TimeSpan.FromMilliseconds(200) });
        await held.ShouldNotBeNull().DisposeAsync();

        result.Message.ShouldBe("The trainer failed with exit code 3: said");
        result.Log.ShouldContain("said");
        result.Duration.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Limits_of_the_node_bound_those_of_the_manifest()
    {
        var late = await Run("sleep 100", options: new() { MaxTime = TimeSpan.FromMilliseconds(200) });
        var large = await Run("sleep 100", options: new() { MaxMemory = 1 });

        late.Message.ShouldBe("The trainer was stopped after its time limit of 00:00:00.2000000 (the node's Trainer:MaxTime).");
        large.Message.ShouldEndWith("its limit is 0 MiB (the node's Trainer:MaxMemory).");
    }

    [Fact]
    public async Task Only_the_end_of_a_long_log_is_kept_from_the_start_of_a_line()
    {
        var result = await Run("seq 1 400000", onLine: _ => { });

        result.Log.Length.ShouldBeInRange((1 << 20) - 100, 1 << 20);
        result.Log.ShouldEndWith("399999\n400000\n");
        result.Log.Split('\n')[0].Length.ShouldBe(6);
    }

    [Fact]
    public async Task Line_without_an_end_takes_bounded_memory()
    {
        await Run("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");

        _lines.Select(line => line.Length).ShouldBe([64 * 1024, 3]);
    }

    [Fact]
    public void Progress_is_read_from_json_lines_and_from_nothing_else()
    {
        var progress = TrainerProgress.TryParse(
            """{"progress": 0.25, "message": "round 1 of 4", "metrics": {"logloss": 0.5, "odd": "x"}, "more": []}""");

        progress.ShouldNotBeNull().Fraction.ShouldBe(0.25);
        progress.Message.ShouldBe("round 1 of 4");
        progress.Metrics.ShouldBe(new Dictionary<string, double> { ["logloss"] = 0.5 });
        // Python's json writes these as they are.
        progress = TrainerProgress.TryParse("""{"message": "NaN, \"Infinity\"", "metrics": {"auc": NaN, "loss": -Infinity, "NaN": 1}}""")!;
        progress.Message.ShouldBe("NaN, \"Infinity\"");
        progress.Metrics.ShouldBe(
            new Dictionary<string, double> { ["auc"] = double.NaN, ["loss"] = double.NegativeInfinity, ["NaN"] = 1 }, ignoreOrder: true);
        TrainerProgress.TryParse("""{"progress": 7}""")!.Fraction.ShouldBe(1);
        TrainerProgress.TryParse("""{"progress": "half"}""").ShouldBeNull();
        TrainerProgress.TryParse("{not json").ShouldBeNull();
        TrainerProgress.TryParse("round 1").ShouldBeNull();
        TrainerProgress.TryParse("").ShouldBeNull();
    }

    public void Dispose() => _folder.Dispose();

    private static void ShouldBeGone(int id)
    {
        // One that nobody has waited for yet is dead as well.
        var stat = $"/proc/{id}/stat";
        if (File.Exists(stat))
            File.ReadAllText(stat).Split(") ")[^1][0].ShouldBe('Z');
    }

    private Task<TrainerResult> Run(
        string script,
        TimeSpan? timeout = null,
        long memory = 1L << 30,
        Action<string>? onLine = null,
        TrainerOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new TrainerProcess(options ?? new(), TimeProvider.System).RunAsync(
            ["/bin/sh", "-c", script], _folder.Path, timeout ?? Long, memory, onLine ?? _lines.Enqueue, cancellationToken);
}
