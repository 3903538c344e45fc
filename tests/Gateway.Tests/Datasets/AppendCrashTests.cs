using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Progeny.Core.Datasets.Catalog;
using Progeny.Gateway.Tests.Durability;
using Progeny.Storage;
using Progeny.Storage.Datasets.Lake;

namespace Progeny.Gateway.Tests.Datasets;

/// <summary>
/// What becomes of appended rows when the node is killed again and again, while they come and while versions are made of them.
/// </summary>
[Collection("processes")]
public sealed class AppendCrashTests : DataFixture
{
    private static readonly int _kills = Soak.Times(2);
    private const int Rows = 20;

    [Fact]
    public async Task Rows_are_there_exactly_once_when_a_node_is_killed_again_and_again()
    {
        var (sent, acknowledged) = (0, 0);
        for (var kill = 0; kill < _kills; kill++)
        {
            using var node = await StartAsync();
            var (killing, before) = (Task.CompletedTask, acknowledged);
            try
            {
                // What was sent when the node died is sent again, as clients do.
                for (; ; sent++)
                {
                    using var response = await AppendAsync(node.Http, sent, $"b{sent}");
                    response.StatusCode.ShouldBe(HttpStatusCode.OK);
                    acknowledged++;
                    if (acknowledged - before == 60 + (17 * kill))
                        killing = node.KillAsync();
                }
            }
            catch (HttpRequestException)
            {
            }

            await killing;
        }

        using (var last = await StartAsync())
        {
            using var response = await AppendAsync(last.Http, sent, $"b{sent}");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await last.TerminateAsync()).ShouldBe(0);
        }

        var (rows, distinct, versions) = await CountAsync();
        rows.ShouldBe((sent + 1) * Rows);
        distinct.ShouldBe(rows);
        versions.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Rows_are_refused_with_the_line_and_batches_and_keys_are_told_apart()
    {
        using var node = await StartAsync();
        (await SendAsync(node.Http, "orders", "{\"id\": 1}\n{\"id\": }", "?batch=a")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var (status, answer) = await SendAsync(node.Http, "orders", "{\"id\": 1}\n{\"id\": 1}\n{\"id\": 2}", "?batch=a&key=id");
        (status, (int)answer["stored"]!, (int)answer["repeated"]!).ShouldBe((HttpStatusCode.OK, 2, 1));
        (await SendAsync(node.Http, "orders", "{\"id\": 3}", "?batch=a")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(node.Http, "orders", "{\"id\": 3}", "?key=other")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(node.Http, "orders", "{\"id\": 3}", "?key=")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(node.Http, "No Name", "{\"id\": 3}", "")).Status.ShouldBe(HttpStatusCode.NotFound);
        (status, answer) = await SendAsync(node.Http, "orders", "{\"id\": 2, \"v\": 1}\n{\"id\": 3}\nx", "");
        (status, (int)answer["line"]!).ShouldBe((HttpStatusCode.BadRequest, 3));
    }

    private Task<NodeProcess> StartAsync() => NodeProcess.StartAsync(
        Data, "--Datasets:Append:SegmentTime", "00:00:01", "--Datasets:Append:SegmentBytes", "4000");

    private static Task<HttpResponseMessage> AppendAsync(HttpClient http, int number, string batch) => http.PostAsync(
        $"/api/datasets/orders/rows?batch={batch}",
        Lines(string.Join('\n', Enumerable.Range(number * Rows, Rows).Select(id => $$"""{"id": {{id}}, "text": "row {{id}}"}"""))));

    private static async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(
        HttpClient http, string dataset, string lines, string query)
    {
        using var response = await http.PostAsync($"/api/datasets/{Uri.EscapeDataString(dataset)}/rows{query}", Lines(lines));
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private static ByteArrayContent Lines(string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return content;
    }

    /// <summary>What is in the data folder of the node, which has stopped.</summary>
    private async Task<(long Rows, long Distinct, int Versions)> CountAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", Data)]);
        builder.Services.AddProgenyStorage(builder.Configuration);
        using var host = builder.Build();
        await host.StartAsync();
        await using var session = await host.Services.GetRequiredService<ILake>().OpenAsync(
            "SELECT count(*), count(DISTINCT id) FROM datasets.orders", LakeGrant.Everything("test"), default);
        var counts = await session.Session.QueryAsync(session.Sql, row => (row.GetInt64(0), row.GetInt64(1)), default);
        var info = await host.Services.GetRequiredService<IDatasetCatalog>().FindAsync("orders", default);
        await host.StopAsync();
        return (counts[0].Item1, counts[0].Item2, info!.Latest);
    }
}
