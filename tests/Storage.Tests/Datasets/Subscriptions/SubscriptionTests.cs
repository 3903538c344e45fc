using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Subscriptions;
using Progeny.Storage.Datasets.Reading;
using Progeny.Storage.Tests.Releases.S3;

namespace Progeny.Storage.Tests.Datasets.Subscriptions;

/// <summary>What subscriptions take, once each, whatever stops when.</summary>
public sealed class SubscriptionTests : IAsyncLifetime
{
    private const string Dataset = "orders";
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<(string Key, string Value)> settings = [];
    private IHost? host;

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(folder["in"]);
        settings.Add(("Datasets:Folders:in", folder["in"]));
        settings.AddRange([
            ("Feeds:shop:Kind", "sqlite"), ("Feeds:shop:ConnectionString", $"Data Source={folder["shop.db"]}"), ("Feeds:shop:Projects", Dataset),
        ]);
        Run("CREATE TABLE sales (id INTEGER, at INTEGER, price REAL); INSERT INTO sales VALUES (1, 10, 1.5), (2, 20, 2.5), (3, 20, 3.5)");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await CloseAsync();
        SqliteConnection.ClearAllPools();
        folder.Dispose();
    }

    [Fact]
    public async Task File_is_taken_once_when_it_has_settled_and_a_restart_forgets_nothing()
    {
        var subscription = await AddAsync(SubscriptionKind.Folder, "in");
        await WriteAsync("a.csv", "id\n1\n", hours: -3);
        await WriteAsync("b.csv.part", "id\n9\n", hours: -3);
        (await RunAsync(subscription)).Objects.ShouldBe(0);
        (await RunAsync(subscription, seconds: 4)).Objects.ShouldBe(1);
        await CloseAsync();
        await WriteAsync("sub/b.csv", "id\n2\n", hours: -2);
        await RunAsync(subscription);
        (await RunAsync(subscription, seconds: 4)).Objects.ShouldBe(2);
        (await RunAsync(subscription, seconds: 4)).Objects.ShouldBe(2);
        (await ReadAsync()).ShouldBe(["1", "2"]);
        var version = (await Get<IDatasetCatalog>().FindVersionAsync(Dataset, 2, default))!;
        (version.Origin, version.Source).ShouldBe(("folder", "in/sub/b.csv"));
    }

    [Fact]
    public async Task File_that_was_taken_when_a_stop_came_before_it_was_entered_makes_no_second_version()
    {
        var subscription = await AddAsync(SubscriptionKind.Folder, "in");
        await WriteAsync("a.csv", "id\n1\n", hours: -3);
        await RunAsync(subscription);
        await RunAsync(subscription, seconds: 4);

        // As after a stop in between: the version is there, and the subscription knows nothing of the file.
        await Get<ISubscriptionStore>().RemoveAsync(Dataset, subscription.Name, default);
        await Get<ISubscriptionStore>().AddAsync(subscription, default);
        await RunAsync(subscription, seconds: 4);
        (await RunAsync(subscription, seconds: 4)).Objects.ShouldBe(1);
        (await Get<IDatasetCatalog>().FindAsync(Dataset, default))!.Latest.ShouldBe(1);
        (await ReadAsync()).ShouldBe(["1"]);
    }

    [Fact]
    public async Task Late_rewritten_and_unreadable_files_are_reported_and_taken_when_asked()
    {
        var subscription = await AddAsync(SubscriptionKind.Folder, "in");
        await WriteAsync("a.csv", "id\n1\n", hours: -2);
        await RunTwiceAsync(subscription);
        await WriteAsync("late.csv", "id\n2\n", hours: -5);
        await WriteAsync("bad.csv", "id,b\n1,2,3\n\"", hours: -1);
        var status = await RunTwiceAsync(subscription);
        (status.Objects, status.Late, status.Refused).ShouldBe((2, 1, 1));
        status.Problems.ShouldContain(problem => problem.Contains("'late.csv' came late"));

        await WriteAsync("a.csv", "id\n7\n", hours: -1);
        status = await RunTwiceAsync(subscription);
        (status.Objects, status.Rewritten).ShouldBe((2, 1));
        (await ReadAsync()).ShouldBe(["1", "2"]);
        status = await RunTwiceAsync(subscription);
        status.Rewritten.ShouldBe(1);

        await WriteAsync("bad.csv", "id\n8\n", hours: 0);
        await RunTwiceAsync(subscription);
        status = await RunTwiceAsync(subscription, behind: true);
        (status.Objects, status.Rewritten, status.Refused, status.IsAsked).ShouldBe((4, 0, 0, false));
        (await ReadAsync()).Order().ShouldBe(["1", "2", "7", "8"]);
    }

    [Fact]
    public async Task Object_of_a_bucket_is_taken_once_and_a_rewritten_one_when_asked()
    {
        await using var endpoint = await S3Endpoint.StartAsync();
        settings.AddRange([
            ("Datasets:Buckets:exports:Bucket", S3Endpoint.BucketName), ("Datasets:Buckets:exports:Prefix", "out/"),
            ("Datasets:Buckets:exports:Endpoint", endpoint.Url), ("Datasets:Buckets:exports:AccessKey", S3Endpoint.AccessKey),
            ("Datasets:Buckets:exports:SecretKey", S3Endpoint.SecretKey),
        ]);
        var subscription = await AddAsync(SubscriptionKind.S3, "exports", prefix: "day/");
        Put("out/day/1.csv", "id\n1\n");
        Put("out/other/2.csv", "id\n9\n");
        Put("elsewhere/3.csv", "id\n9\n");
        (await RunAsync(subscription)).ShouldSatisfyAllConditions(
            status => status.Error.ShouldBeNull(), status => status.Objects.ShouldBe(1));
        Put("out/day/2.csv", "id\n2\n");
        await CloseAsync();
        (await RunAsync(subscription)).Objects.ShouldBe(2);
        Put("out/day/1.csv", "id\n5\n");
        (await RunAsync(subscription)).ShouldSatisfyAllConditions(
            status => status.Objects.ShouldBe(2), status => status.Rewritten.ShouldBe(1), status => status.Error.ShouldBeNull());
        (await RunAsync(subscription, behind: true)).Rewritten.ShouldBe(0);
        (await ReadAsync()).ShouldBe(["1", "2", "5"]);

        void Put(string key, string text)
        {
            var path = endpoint.Bucket.NewFile();
            File.WriteAllText(path, text);
            // As S3 makes it of what was put in one piece; its client compares it with what has come.
            endpoint.Bucket.Put(key, path, Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text))));
        }
    }

    [Fact]
    public async Task Rows_of_a_query_are_taken_behind_the_watermark_and_those_that_come_below_it_are_counted_and_taken_when_asked()
    {
        var subscription = await AddAsync(SubscriptionKind.Query, "shop", key: ["id"]);
        var status = await RunAsync(subscription);
        (status.Rows, status.Offset?.ToString(), status.Behind, status.Error).ShouldBe((3, "20", 0, null));
        Run("INSERT INTO sales VALUES (4, 15, 4.5), (5, NULL, 5.5), (6, 30, 6.5)");
        await CloseAsync();
        status = await RunAsync(subscription);
        (status.Rows, status.Offset?.ToString(), status.Behind).ShouldBe((4, "30", 2));
        (await ReadAsync()).ShouldBe(["1", "2", "3", "6"]);

        status = await RunAsync(subscription, behind: true);
        (status.Rows, status.Behind, status.Conflicting, status.Error).ShouldBe((6, 0, 0, null));
        (await RunAsync(subscription)).Behind.ShouldBe(0);
        (await ReadAsync()).Order().ShouldBe(["1", "2", "3", "4", "5", "6"]);
    }

    [Fact]
    public async Task Rows_behind_the_watermark_need_a_key_which_a_new_subscription_can_give()
    {
        var subscription = await AddAsync(SubscriptionKind.Query, "shop");
        await RunAsync(subscription);
        Run("INSERT INTO sales VALUES (4, 15, 4.5)");
        (await RunAsync(subscription)).Behind.ShouldBe(1);
        (await RunAsync(subscription, behind: true)).Error.ShouldNotBeNull().ShouldContain("--row-key");

        // The rows that were taken without a key are known by it all the same.
        await Get<ISubscriptionStore>().RemoveAsync(Dataset, subscription.Name, default);
        var keyed = await AddAsync(SubscriptionKind.Query, "shop", key: ["id"]);
        var status = await RunAsync(keyed);
        (status.Rows, status.Conflicting, status.Error).ShouldBe((1, 0, null));
        (await ReadAsync()).ShouldBe(["1", "2", "3", "4"]);
    }

    private async Task<Subscription> AddAsync(
        SubscriptionKind kind, string place, string prefix = "", IReadOnlyList<string>? key = null)
    {
        var subscription = new Subscription
        {
            Dataset = Dataset,
            Name = "followed",
            Kind = kind,
            Place = place,
            Prefix = prefix,
            Query = kind == SubscriptionKind.Query ? "SELECT * FROM sales" : null,
            Watermark = kind == SubscriptionKind.Query ? "at" : null,
            Key = key ?? [],
            CreatedAt = time.GetUtcNow(),
            CreatedBy = "ann",
        };
        time.Advance(TimeSpan.FromSeconds(1));
        (await Get<ISubscriptionStore>().AddAsync(subscription, default)).ShouldBeTrue();
        return subscription;
    }

    private async Task<SubscriptionStatus> RunTwiceAsync(Subscription subscription, bool behind = false)
    {
        await RunAsync(subscription);
        return await RunAsync(subscription, seconds: 4, behind);
    }

    /// <summary>Runs a subscription some time later, as the service does.</summary>
    private async Task<SubscriptionStatus> RunAsync(Subscription subscription, int seconds = 0, bool behind = false)
    {
        time.Advance(TimeSpan.FromSeconds(seconds));
        var store = Get<ISubscriptionStore>();
        if (behind)
            await store.ChangeAsync(Dataset, subscription.Name, now => now with { IsAsked = true, TakesBehind = true }, default);
        var (_, status) = (await store.ListAsync(Dataset, default)).Single();
        await Get<SubscriptionRunner>().RunAsync(subscription, status, default);
        return (await store.ListAsync(Dataset, default)).Single().Status;
    }

    private async Task<IReadOnlyList<string>> ReadAsync()
    {
        var read = await Get<NewestRows>().ReadAsync(Dataset, 0, 100, default);
        return [.. read!.Value.Rows.Select(row => row.GetProperty("id").ToString())];
    }

    private async Task WriteAsync(string name, string text, int hours)
    {
        var path = Path.Combine(folder["in"], name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
        File.SetLastWriteTimeUtc(path, time.GetUtcNow().AddHours(hours).UtcDateTime);
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder["shop.db"]}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private T Get<T>()
        where T : notnull
    {
        host ??= Open();
        return host.Services.GetRequiredService<T>();
    }

    private IHost Open()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            [new("Data", folder["data"]), new("Datasets:Memory", "134217728"), .. settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))]);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddProgenyStorage(builder.Configuration, new ClusterOptions());
        var opened = builder.Build();
        opened.Services.GetRequiredService<Storage.Common.DataFolder>();
        return opened;
    }

    private async Task CloseAsync()
    {
        if (host is null)
            return;
        await ((IAsyncDisposable)host).DisposeAsync();
        host = null;
    }
}
