using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Progeny.Storage.Tests.Serving;

namespace Progeny.Storage.Tests.QueryLog.Tap;

/// <summary>The tap against Debian's RabbitMQ.</summary>
public sealed class RabbitMqTapTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>
{
    private const string Exchange = "progeny.queries";

    [RabbitMqFact]
    public async Task Records_when_accepted_are_messages_in_order_with_id_key_and_json()
    {
        await using var queue = await BindAsync("flights.1.2.0.*");
        await using var tap = await TapHost.StartAsync(broker.Uri);
        var records = QueryRecords.Many(700).ConvertAll(record => record with { Release = "1.2.0", Generation = 3 });
        records[5] = records[5] with
        {
            QueryId = new string('\u00e4', 200),
            Entity = "\"quoted\"\n",
            Prediction = null,
            Error = "it broke",
        };
        tap.Accept(records);
        var messages = await queue.TakeAsync(700);
        messages.Select(message => message.Body).ShouldBe(records.ConvertAll(QueryRecords.Json));
        messages.Where((_, i) => i != 5).Select(message => message.Id)
            .ShouldBe(records.Where((_, i) => i != 5).Select(record => record.QueryId));
        messages[5].Id.ShouldBeNull(); // longer than the protocol lets an id be; the JSON has it
        messages.ShouldAllBe(
            message => message.Key == "flights.1.2.0.3" && message.Persistent && message.ContentType == "application/json");
        using var first = JsonDocument.Parse(messages[0].Body);
        first.RootElement.GetProperty("fields").GetProperty("origin").GetString().ShouldBe("SFO");
        first.RootElement.GetProperty("version").GetString().ShouldBe("1.2.0:3");
        await tap.UntilAsync(outlet => outlet.Waiting == 0);
        (tap.Tap.Published, tap.Tap.Dropped).ShouldBe((700, 0));
    }

    [RabbitMqFact]
    public async Task Records_when_the_broker_is_killed_and_comes_back_are_all_published()
    {
        await using var tap = await TapHost.StartAsync(broker.Uri, ("Exchange", RabbitMqBroker.LastingExchange), ("Buffer", "5000"));
        tap.Accept(QueryRecords.Many(100, "before", "killed"));
        await tap.UntilAsync(outlet => outlet.Published == 100);
        tap.Accept(QueryRecords.Many(2_000, "meanwhile", "killed"));
        broker.Kill();
        tap.Accept(QueryRecords.Many(2_000, "away", "killed"));
        await broker.StartAsync();
        tap.Accept(QueryRecords.Many(100, "after", "killed"));
        await tap.UntilAsync(outlet => outlet.Waiting == 0);
        (tap.Tap.Published, tap.Tap.Dropped).ShouldBe((4_200, 0));

        await using var queue = await TapQueue.OfAsync(broker, RabbitMqBroker.LastingQueue);
        var missing = new (string Ids, int Count)[] { ("before", 100), ("meanwhile", 2_000), ("away", 2_000), ("after", 100) }
            .SelectMany(accepted => QueryRecords.Many(accepted.Count, accepted.Ids)).Select(record => record.QueryId).ToHashSet();
        await queue.TakeUntilAsync(
            message => missing.Remove(message.Id!) && missing.Count == 0, () => $"{missing.Count} are missing, such as {missing.First()}");
    }

    [RabbitMqFact]
    public async Task Records_that_wait_when_the_node_stops_are_published_first()
    {
        await using var queue = await BindAsync("stopping.#");
        await using var tap = await TapHost.StartAsync(broker.Uri);
        tap.Accept(QueryRecords.Many(3_000, "q", "stopping"));
        await tap.StopAsync();
        (await queue.TakeAsync(3_000)).Count.ShouldBe(3_000);
        (tap.Tap.Published, tap.Tap.Dropped, tap.Tap.Waiting).ShouldBe((3_000, 0, 0));
    }

    [Fact]
    public async Task Records_when_the_broker_says_nothing_wait_within_the_bound_and_nobody_waits_for_them()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var tap = await TapHost.StartAsync(
            $"amqp://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}", ("Buffer", "500"), ("StopSeconds", "0.2"));
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 100; i++)
        {
            var started = Stopwatch.GetTimestamp();
            tap.Accept(QueryRecords.Many(100));
            if (Stopwatch.GetElapsedTime(started) is var took && took > longest)
                longest = took;
        }

        (tap.Tap.Waiting, tap.Tap.Dropped, tap.Tap.Published).ShouldBe((500, 9_500, 0));
        longest.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        var stopping = Stopwatch.GetTimestamp();
        await tap.StopAsync();
        Stopwatch.GetElapsedTime(stopping).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        tap.Tap.Dropped.ShouldBe(10_000);
    }

    [Theory]
    [InlineData(
        "http://127.0.0.1",
        "Exchange",
        "x",
        "Tap:RabbitMq:Uri is no address of a broker; one looks like amqp://user:password@host:5672/vhost")]
    [InlineData("secret", "Exchange", "x", "Tap:RabbitMq:Uri is no address of a broker")]
    [InlineData("amqp://127.0.0.1", "Exchange", "", "Tap:RabbitMq:Exchange is ''; it must be a name of 1 to 255 bytes.")]
    [InlineData("amqp://127.0.0.1", "Buffer", "0", "Tap:RabbitMq:Buffer is 0; it must be 1 or more")]
    public async Task Start_when_a_setting_is_wrong_is_refused_with_its_name(string uri, string name, string value, string message)
    {
        var refused = await Should.ThrowAsync<OptionsValidationException>(() => TapHost.StartAsync(uri, (name, value)));
        refused.Message.ShouldContain(message);
        refused.Message.ShouldNotContain("secret");
    }

    private Task<TapQueue> BindAsync(string key) => TapQueue.BindAsync(broker, Exchange, key);
}
