using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Progeny.Core.Alerts;
using Progeny.Core.Feedback;
using Progeny.Core.Feeds;
using Progeny.Core.QueryLog;
using Progeny.Core.Releases;
using Progeny.Storage.Common;

namespace Progeny.Storage.Tests;

public sealed class StorageServicesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Host_when_started_keeps_everything_under_the_data_folder()
    {
        using var host = Build(("Data", folder["data"]));
        await host.StartAsync();

        await host.Services.GetRequiredService<IArtifactStore>().PutAsync(new MemoryStream([1]), 10, default);
        host.Services.GetRequiredService<IQueryLog>().ShouldNotBeNull();
        host.Services.GetRequiredService<IOutcomeStore>().ShouldNotBeNull();

        Directory.GetFileSystemEntries(folder["data"]).Select(Path.GetFileName).ShouldBeSubsetOf(
            [
                "artifacts",
                "datasets.db",
                "datasets.db-wal",
                "datasets.db-shm",
                "metrics.db",
                "metrics.db-wal",
                "metrics.db-shm",
                "jobs",
                "LOCK",
                "LOCK.holder",
                "queries.db",
                "queries.db-wal",
                "queries.db-shm",
                "grains.db",
                "grains.db-wal",
                "grains.db-shm",
            ]);
        var options = host.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        options.GrainsPath.ShouldBe(folder["data/grains.db"]);
        options.QueriesPath.ShouldBe(folder["data/queries.db"]);
        await host.StopAsync();
    }

    [Fact]
    public async Task Host_when_another_holds_the_data_folder_refuses_and_says_who()
    {
        using (var first = Build(("PROGENY_DATA", folder["data"])))
        {
            await first.StartAsync();
            using var second = Build(("Data", folder["data"]));

            var refused = await Should.ThrowAsync<DataFolderException>(() => second.StartAsync());

            refused.Message.ShouldContain($"is in use by process {Environment.ProcessId} ");
            refused.Message.ShouldContain("data");
            await first.StopAsync();
        }

        using var third = Build(("Data", folder["data"]));
        await third.StartAsync();
        await third.StopAsync();
    }

    [Fact]
    public async Task Host_when_a_node_was_killed_takes_its_folder_over()
    {
        Directory.CreateDirectory(folder["data"]);
        await File.WriteAllTextAsync(folder["data/LOCK"], "");
        await File.WriteAllTextAsync(
            folder["data/LOCK.holder"], "process 1 (progeny) on elsewhere, a name that is longer than the next one's\n");

        using var host = Build(("Data", folder["data"]));
        await host.StartAsync();

        (await File.ReadAllTextAsync(folder["data/LOCK.holder"])).ShouldStartWith($"process {Environment.ProcessId} ");
        await host.StopAsync();
    }

    [Fact]
    public async Task Host_when_work_on_datasets_was_killed_removes_its_files()
    {
        Directory.CreateDirectory(folder["data/datasets-work/left"]);
        await File.WriteAllTextAsync(folder["data/datasets-work/left/part.parquet"], "half");

        using var host = Build(("Data", folder["data"]));
        await host.StartAsync();

        Directory.EnumerateFileSystemEntries(folder["data/datasets-work"]).ShouldBeEmpty();
        await host.StopAsync();
    }

    [Fact]
    public async Task Host_when_others_may_read_its_folder_makes_it_its_owners_only()
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(folder["data"], (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(folder["data/jobs"]);
        Directory.CreateDirectory(folder["data/artifacts-cache"]);
        Directory.CreateDirectory(folder["data/datasets-work"]);
        using var host = Build(("Data", folder["data"]));
        await host.StartAsync();
        using var made = Build(("Data", folder["made"]));
        await made.StartAsync();

        File.GetUnixFileMode(folder["data"]).ShouldBe((UnixFileMode)0b111_000_000);
        File.GetUnixFileMode(folder["made"]).ShouldBe((UnixFileMode)0b111_000_000);
        host.Services.GetRequiredService<DataFolder>().ClosedFrom.ShouldBe((UnixFileMode)0b111_101_101);
        made.Services.GetRequiredService<DataFolder>().ClosedFrom.ShouldBeNull();
        await host.StopAsync();
        await made.StopAsync();
    }

    [Theory]
    [InlineData(0b111_101_111, "jobs", "everybody may write there (mode 757)")]
    [InlineData(0b1_111_111_111, "jobs", "everybody may write there (mode 1777)")]
    [InlineData(0b111_101_101, "home", "others may read it (mode 755), and it holds 'home' besides, which is no node's")]
    public async Task Host_when_a_folder_is_not_its_own_leaves_it_alone_and_refuses(int mode, string below, string message)
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(folder["data"]);
        Directory.CreateDirectory(folder[$"data/{below}"]);
        File.SetUnixFileMode(folder["data"], (UnixFileMode)mode);
        using var host = Build(("Data", folder["data"]));

        (await Should.ThrowAsync<DataFolderException>(() => host.StartAsync())).Message.ShouldContain(message);

        File.GetUnixFileMode(folder["data"]).ShouldBe((UnixFileMode)mode);
        Directory.Exists(folder["data/artifacts"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Host_when_the_data_folder_is_a_file_says_so()
    {
        await File.WriteAllTextAsync(folder["data"], "");
        using var host = Build(("Data", folder["data"]));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain(
            $"'{folder["data"]}', which is a file");
    }

    [Theory]
    [InlineData("Feeds:flights:ConnectionString", "Data Source=x.db", "Feeds:flights:Kind is missing; it must be sqlite, postgresql or duckdb")]
    [InlineData("Feeds:flights:Kind", "mysql", "Feeds:flights:Kind is 'mysql'; it must be sqlite, postgresql or duckdb")]
    [InlineData("Feeds:flights:Kind", "sqlite", "Feeds:flights:ConnectionString is missing; write e.g. Data Source=flights.db")]
    public async Task Host_when_a_feed_lacks_a_setting_names_the_key(string key, string value, string reason)
    {
        using var host = Build(("Data", folder["data"]), (key, value));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain(reason);
    }

    [Theory]
    [InlineData("sqlite", "flights.db", "Feeds:flights:ConnectionString cannot be read")]
    [InlineData("sqlite", "Mode=ReadOnly", "names no file (Data Source)")]
    [InlineData("sqlite", "Data Source=:memory:", "always empty")]
    [InlineData("postgresql", "Database=x;Password=secret", "names no server (Host)")]
    [InlineData("postgresql", "Host=x;Pasword=secret", "Feeds:flights:ConnectionString cannot be read")]
    public async Task Host_when_a_connection_string_is_wrong_names_the_key_and_keeps_the_password(string kind, string value, string reason)
    {
        using var host = Build(("Data", folder["data"]), ("Feeds:flights:Kind", kind), ("Feeds:flights:ConnectionString", value));

        var message = (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message;

        message.ShouldContain(reason);
        message.ShouldNotContain("secret");
    }

    [Fact]
    public void Catalog_when_a_feed_is_unknown_lists_those_there_are()
    {
        using var host = Build(
            ("Data", folder["data"]), ("Feeds:flights:Kind", "SQLite"), ("Feeds:flights:ConnectionString", "Data Source=x.db"),
            ("Feeds:airports:Kind", "postgresql"), ("Feeds:airports:ConnectionString", "Host=localhost"));
        var catalog = host.Services.GetRequiredService<IFeedCatalog>();

        catalog.Get("Flights", "any").Name.ShouldBe("flights");
        Should.Throw<FeedException>(() => catalog.Get("trains", "any")).Message.ShouldContain("it may use airports, flights");
        catalog.Refusal("trains", "any").ShouldBeNull();
    }

    [Fact]
    public void Catalog_lets_projects_use_what_is_granted_to_them_and_tells_nothing_of_other_feeds()
    {
        using var host = Build(
            ("Data", folder["data"]), ("Feeds:flights:Kind", "sqlite"), ("Feeds:flights:ConnectionString", "Data Source=x.db"), (
                "Feeds:flights:Projects", "delays, fares-*"),
            ("Feeds:payroll:Kind", "sqlite"), ("Feeds:payroll:ConnectionString", "Data Source=y.db"), ("Feeds:payroll:Projects", "wages"));
        var catalog = host.Services.GetRequiredService<IFeedCatalog>();

        catalog.Get("flights", "delays").Name.ShouldBe("flights");
        catalog.Get("flights", "fares-eu").Name.ShouldBe("flights");
        catalog.Refusal("flights", "delays").ShouldBeNull();
        var refusal = Should.Throw<FeedException>(() => catalog.Get("payroll", "delays")).Message;
        refusal.ShouldStartWith("Feed 'payroll': There is no such feed for 'delays'; it may use flights.");
        catalog.Refusal("payroll", "delays").ShouldBe(refusal);
        catalog.Refusal("trains", "delays").ShouldBe(refusal.Replace("payroll", "trains"));
        Should.Throw<FeedException>(() => catalog.Get("flights", "delaysx")).Message.ShouldContain("it may use none");
    }

    [Fact]
    public async Task Webhook_that_a_project_may_not_use_is_as_if_there_were_none()
    {
        using var host = Build(
            ("Data", folder["data"]),
            ("Webhooks:AllowedNetworks", "127.0.0.0/8"),
            ("Webhooks:ops:Url", "http://127.0.0.1:1/"),
            ("Webhooks:ops:Secret", "0123456789abcdef"),
            ("Webhooks:ops:Projects", "flights"));
        var webhooks = host.Services.GetRequiredService<IWebhooks>();

        (await webhooks.SendAsync("flights", "ops", "1", "{}", default)).ShouldBe(
            "The webhook 'ops' cannot be reached; the node's log says why.");
        var missing = await webhooks.SendAsync("wages", "ops", "1", "{}", default);
        missing.ShouldNotBeNull().ShouldStartWith("There is no webhook 'ops' for 'wages'");
        webhooks.Refusal("ops", "flights").ShouldBeNull();
        webhooks.Refusal("ops", "wages").ShouldBe(missing);
        webhooks.Refusal("pager", "wages").ShouldBe(missing.Replace("ops", "pager"));
    }

    [Theory]
    [InlineData(
        "Feeds:flights:Projects", "", "Feeds:flights:Projects names no project; write names of projects, with * for any characters")]
    [InlineData("Feeds:flights:Projects", "delays, Fares", "Feeds:flights:Projects has 'Fares'")]
    [InlineData("Feeds:flights:Timeout", "00:00:00", "Feeds:flights:Timeout is 00:00:00; it must be a time from 00:00:01 to 7.00:00:00")]
    [InlineData("Webhooks:ops:Projects", "a/b", "Webhooks:ops:Projects has 'a/b'")]
    public async Task Host_when_a_grant_is_wrong_names_the_key(string key, string value, string reason)
    {
        using var host = Build(
            ("Data", folder["data"]), ("Feeds:flights:Kind", "sqlite"), ("Feeds:flights:ConnectionString", "Data Source=x.db"),
            ("Webhooks:AllowedNetworks", "127.0.0.0/8"), ("Webhooks:ops:Url", "http://127.0.0.1:1/"), (
                "Webhooks:ops:Secret", "0123456789abcdef"), (key, value));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Volatile_storage_has_artifacts_and_feeds_but_no_data_folder()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data", folder["data"])]).Build();
        await using var services = new ServiceCollection().AddVolatileStorage(configuration).BuildServiceProvider();

        var digest = await services.GetRequiredService<IArtifactStore>().PutAsync(new MemoryStream([1]), 10, default);

        (await services.GetRequiredService<IArtifactStore>().ExistsAsync(digest, default)).ShouldBeTrue();
        Should.Throw<FeedException>(() => services.GetRequiredService<IFeedCatalog>().Get("x", "any")).Message.ShouldContain(
            "it may use none");
        Directory.Exists(folder["data"]).ShouldBeFalse();
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Services.AddProgenyStorage(builder.Configuration);
        return builder.Build();
    }
}
