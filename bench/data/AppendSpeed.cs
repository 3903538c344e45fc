using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Progeny.Data.Bench;

/// <summary>Rows that are appended over HTTP in batches of 1,000, each of which is on disk when it is answered.</summary>
internal static class AppendSpeed
{
    private const int BatchRows = 1_000;
    private const int Clients = 4;

    public static async Task RunAsync(DataNode node, BenchSettings settings)
    {
        var batches = (settings.Rows ?? 500_000) / BatchRows;
        var bodies = Enumerable.Range(0, batches).Select(Body).ToList();
        await SendAsync(node, "append-warm", bodies[0]);
        var next = -1;
        Usage.ForgetPeak();
        var usage = await Usage.OfAsync(() => Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var batch && batch < batches)
                await SendAsync(node, "append", bodies[batch]);
        })));
        Usage.Print("append.rows-per-second", batches * (double)BatchRows / usage.Wall.TotalSeconds);
        Usage.Print("append.rows-per-processor-second", batches * (double)BatchRows / usage.Processor.TotalSeconds);
        Usage.Print("append.peak-mebibytes", Usage.PeakMebibytes());
    }

    private static async Task SendAsync(DataNode node, string dataset, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        await DataNode.ReadAsync(await node.Http.PostAsync($"/api/datasets/{dataset}/rows", content));
    }

    private static byte[] Body(int batch)
    {
        var text = new StringBuilder();
        for (var row = 0; row < BatchRows; row++)
        {
            var id = (batch * BatchRows) + row;
            text.Append(
                CultureInfo.InvariantCulture,
                $"{{\"id\":{id},\"customer\":\"c{id % 977}\",\"price\":{id % 1000 / 8.0},\"paid\":{(id % 2 == 0 ? "true" : "false")}}}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
