using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime.Tensors;
using Npgsql;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;
using Progeny.Gateway.Tests.Hosting;
using Progeny.Gateway.Tests.Serving;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Values of redacted fields are nowhere in what a node writes, answers, logs or exports.</summary>
public sealed class RedactionTests : IDisposable
{
    private const string Text = "planted-7f3a91c2";
    private const string Person = "planted-person-55";
    private const float Wage = 918273.5f;
    private const string Manifest =
        """
        name: veil
        version: 1.0.0
        task: binary
        schema:
          features:
            - {name: x, type: float}
            - {name: code, type: category, nullable: true}
            - {name: wage, type: float, nullable: true}
        label: {name: y, classes: ["0", "1"]}
        entity: person
        pipeline: {model: model.onnx}
        rules:
          - {name: odd, at: before, when: "x > 0.8 AND json_extract(:note, '$.a') = 1", then: {refuse: "no"}}
        serving: {redact: [code, wage, note, person], log: durable}
        """;

    private static readonly byte[][] Planted =
    [
        Encoding.UTF8.GetBytes(Text), Encoding.UTF8.GetBytes(Person), Encoding.Unicode.GetBytes(Text), "918273.5"u8.ToArray(), Single(
            Wage), BitConverter.GetBytes((double)Wage),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private readonly CapturedLog log = new(LogLevel.Information);
    private readonly MessageTap tap = new();
    private readonly ConcurrentDictionary<string, byte[]> answers = new(StringComparer.Ordinal);

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Planted_values_of_redacted_fields_are_nowhere(bool inCluster)
    {
        if (inCluster && PostgresServer.Programs is null)
            return;
        await using var server = inCluster ? await PostgresServer.StartNewAsync() : null;
        using var collector = new Collector();
        string[] settings =
        [
            "--Otlp:Endpoint", collector.Address, "--Metrics:PublishSeconds", "0.1", "--Metrics:ScoreSeconds", "0.1", "--Logging:LogLevel:Default", "Information",
            .. server is null
                ? (string[])[]
                : [
                    "--Cluster:ConnectionString",
                    server.ConnectionString,
                    "--Silo:Address",
                    "127.0.0.1",
                    "--Silo:Port",
                    FreePort(),
                    "--Silo:GatewayPort",
                    "0",
                ],
        ];
        await using (var node = await Node.StartAsync(
            Path.Combine(folder, "data"),
            services => services.AddSingleton<ILoggerProvider>(log).AddSingleton<IQueryBatchSink>(tap),
            settings))
        {
            await ReleaseAsync(node);
            using (var tail = await EventReader.OpenAsync(node.Http, "/api/projects/veil/queries/stream"))
            {
                await AskAsync(node);
                for (var i = 0; i < 4; i++)
                    answers[$"tail {i}"] = Encoding.UTF8.GetBytes((await tail.NextAsync())!.Value.Data.ToJsonString());
            }

            await ReadAsync(node);
            await CrawlAsync(node);
        }

        NpgsqlConnection.ClearAllPools();
        collector.Bytes.Count.ShouldBeGreaterThan(0);
        tap.Bodies.Count.ShouldBeGreaterThan(3);
        answers.Count.ShouldBeGreaterThan(40);
        var found = answers.Where(answer => Holds(answer.Value)).Select(answer => $"{answer.Key}: {Encoding.UTF8.GetString(answer.Value)}")
            .Concat(collector.Bytes.Where(Holds).Select(_ => "OTLP"))
            .Concat(tap.Bodies.Where(Holds).Select(body => $"tap: {Encoding.UTF8.GetString(body)}"))
            .Concat(log.Entries.Select(entry => $"{entry.Category}: {entry.Message} {entry.Exception}")
                .Where(entry => Holds(Encoding.UTF8.GetBytes(entry))))
            .Concat(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => Holds(File.ReadAllBytes(path))))
            .ToList();
        if (server is not null)
            found.AddRange(await TablesAsync(server.ConnectionString));
        found.ShouldBeEmpty();
        Holds(Encoding.UTF8.GetBytes($"… {Text} …")).ShouldBeTrue();
    }

    private async Task ReleaseAsync(Node node)
    {
        var project = Directory.CreateDirectory(Path.Combine(folder, "veil")).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "progeny.yaml"), Manifest);
        await File.WriteAllBytesAsync(Path.Combine(project, "model.onnx"), OnnxModel.Model(OnnxModel.Graph(
            OnnxModel.Node("Identity", ["x"], ["probabilities"]),
            OnnxModel.Input("x", OnnxModel.Tensor(TensorElementType.Float, ["n", 1])),
            OnnxModel.Input("code", OnnxModel.Tensor(TensorElementType.String, ["n", 1])),
            OnnxModel.Input("wage", OnnxModel.Tensor(TensorElementType.Float, ["n", 1])),
            OnnxModel.Output("probabilities", OnnxModel.Tensor(TensorElementType.Float, ["n", 1])))));
        using var published = await node.PublishAsync("veil", project);
        published.IsSuccessStatusCode.ShouldBeTrue(await published.Content.ReadAsStringAsync());
        ((string)(await node.TrainAsync("veil"))["status"]!).ShouldBe("succeeded");
        await node.PostAsync("/api/projects/veil/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    /// <summary>
    /// Queries with planted values: answered, refused by a rule that fails, wrong in their shape; of rows and of tensors.
    /// </summary>
    private async Task AskAsync(Node node)
    {
        const string predict = "/api/projects/veil/predict";
        var good = $$"""{"x":0.5,"code":"{{Text}}","wage":918273.5,"note":"{\"{{Text}}\":1}","person":"{{Person}}"}""";
        (await PostAsync(node, predict, $$"""{"query_id":"good-1","rows":[{{good}}]}""")).ShouldBe(200);
        (await PostAsync(
            node,
            predict,
            $$"""{"query_id":"rule-1","rows":[{"x":0.9,"code":"a","wage":1,"note":"{{Text}} is no JSON","person":"{{Person}}"}]}""")).ShouldBe(500);
        (await PostAsync(
            node,
            "/v2/models/veil/infer",
            $$"""{"id":"infer-1","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[0.4]},{"name":"code","datatype":"BYTES","shape":[1,1],"data":["{{Text}}"]},{"name":"wage","datatype":"FP32","shape":[1,1],"data":[918273.5]},{"name":"note","datatype":"BYTES","shape":[1,1],"data":["{{Text}}"]},{"name":"person","datatype":"BYTES","shape":[1,1],"data":["{{Person}}"]}]}""")).ShouldBeOneOf(200, 400, 500);
        (await PostAsync(
            node,
            "/v2/models/veil/infer",
            $$"""{"id":"infer-2","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[0.4]},{"name":"code","datatype":"BYTES","shape":[1,1],"data":["{{Text}}"]},{"name":"wage","datatype":"FP32","shape":[1,1],"data":[918273.5]}]}""")).ShouldBeOneOf(200, 400, 500);
        await SendBinaryAsync(node);
        await SendBinaryAsync(node);

        // What is wrong with a value is told without the value.
        foreach (var row in (string[])
        [
            $$"""{"x":0.5,"wage":"{{Text}}"}""", $$"""{"x":0.5,"wage":918273.5,"code":{"{{Text}}":1} }""", $$"""{"x":0.5,"note":["{{Text}}"]}""", $$"""{"x":0.5,"person":{"a":"{{Person}}"} }""", $$"""{"x":"no","code":"{{Text}}"}""",
        ])
        {
            (await PostAsync(node, predict, $$"""{"query_id":"bad-1","rows":[{{row}}]}""")).ShouldBeOneOf(200, 400, 500);
        }

        (await PostAsync(
            node,
            "/v2/models/veil/infer",
            $$"""{"id":"bad-2","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[0.4]},{"name":"wage","datatype":"FP32","shape":[1,1],"data":["{{Text}}"]}]}""")).ShouldBeOneOf(200, 400, 500);
        (await PostAsync(
            node,
            "/v2/models/veil/infer",
            $$"""{"id":"bad-3","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[0.4]},{"name":"code","datatype":"FP32","shape":[2,1],"data":[918273.5]}]}""")).ShouldBe(400);
        (await PostAsync(
            node,
            "/api/projects/veil/outcomes",
            """{"outcomes":[{"query_id":"good-1","outcome":"1"},{"query_id":"infer-2","outcome":"0"}]}""")).ShouldBe(200);
    }

    private async Task ReadAsync(Node node)
    {
        await node.UntilAsync(
            "/api/projects/veil/queries/good-1", query => query["outcomes"]?.AsArray().Count > 0 || query["outcome"] is not null);
        await node.UntilAsync("/api/projects/veil/metrics", _ => true);
        foreach (var id in (string[])["good-1", "rule-1", "infer-1", "infer-2", "binary-1", "bad-1", "bad-2"])
        {
            foreach (var path in (string[])["", "/replay", "/explain"])
                await GetAsync(node, $"/api/projects/veil/queries/{id}{path}");
        }

        foreach (var path in (string[])
        [
            "", "/queries?limit=100", "/decisions", "/metrics", "/drift", "/feedback", "/offline", "/rollout", "/rollout/history", "/generations", "/releases", "/jobs", "/archive", "/alerts", "/evaluation",
        ])
            await GetAsync(node, $"/api/projects/veil{path}");
        foreach (var path in (string[])["/metrics", "/api/about", "/api/audit", "/api/audit/export", "/v2/models/veil"])
            await GetAsync(node, path);
    }

    /// <summary>The pages of the console that links lead to.</summary>
    private async Task CrawlAsync(Node node)
    {
        var pages = new Queue<string>(
            ["/", "/projects/veil", "/projects/veil/queries", "/projects/veil/queries/good-1", "/projects/veil/queries/rule-1"]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (pages.TryDequeue(out var page))
        {
            if (!seen.Add(page) || seen.Count > 80)
                continue;
            var text = Encoding.UTF8.GetString(await GetAsync(node, page));
            foreach (var link in System.Text.RegularExpressions.Regex.Matches(
                text,
                "href=\"(?<link>/projects[^\"#]*)\"",
                System.Text.RegularExpressions.RegexOptions.ExplicitCapture,
                TimeSpan.FromSeconds(1)).Select(match => WebUtility.HtmlDecode(match.Groups["link"].Value)))
                pages.Enqueue(link);
        }

        seen.Count.ShouldBeGreaterThan(5);
    }

    private async Task SendBinaryAsync(Node node)
    {
        var code = Encoding.UTF8.GetBytes(Text);
        var json = Encoding.UTF8.GetBytes(
            $$$"""{"id":"binary-1","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}},{"name":"code","datatype":"BYTES","shape":[1,1],"parameters":{"binary_data_size":{{{4 + code.Length}}} } },{"name":"wage","datatype":"FP32","shape":[1,1],"parameters":{"binary_data_size":4}}]}""");
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, code.Length);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/veil/infer")
        {
            Content = new ByteArrayContent(
                [.. json, .. Single(0.3f), .. length, .. code, .. Single(Wage)])
                {
                    Headers = { ContentType = new("application/octet-stream") },
                },
        };
        request.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        using var response = await node.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBeOneOf(200, 400, 500);
        answers[$"binary {answers.Count}"] = await response.Content.ReadAsByteArrayAsync();
    }

    private async Task<int> PostAsync(Node node, string path, string json)
    {
        var (status, body) = await node.TryPostAsync(path, json);
        answers[$"POST {path} {answers.Count}"] = Encoding.UTF8.GetBytes(Plain(body));
        return status;
    }

    private async Task<byte[]> GetAsync(Node node, string path)
    {
        using var response = await node.Http.GetAsync(path);
        return answers[$"GET {path}"] = await response.Content.ReadAsByteArrayAsync();
    }

    private static string Plain(JsonNode body) =>
        body.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The tables of a database that hold a planted value.</summary>
    private static async Task<List<string>> TablesAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var command = new NpgsqlCommand(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace", connection))
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
                tables.Add(rows.GetString(0));
        }

        tables.Count.ShouldBeGreaterThan(20);
        var found = new List<string>();
        foreach (var table in tables)
        {
            await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY {table} TO STDOUT (FORMAT BINARY)");
            using var bytes = new MemoryStream();
            await copy.CopyToAsync(bytes);
            if (Holds(bytes.ToArray()))
                found.Add($"table {table}");
        }

        return found;
    }

    private static bool Holds(byte[] bytes) => Array.Exists(Planted, planted => bytes.AsSpan().IndexOf(planted) >= 0);

    private static byte[] Single(float value) => BitConverter.GetBytes(value);

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    /// <summary>The records as a tap sends them to a broker.</summary>
    private sealed class MessageTap : IQueryBatchSink
    {
        public ConcurrentBag<byte[]> Bodies { get; } = [];

        public void Accept(QueryBatch batch)
        {
            for (var reader = new QueryBatchReader(batch); reader.Read();)
            {
                var body = new ArrayBufferWriter<byte>();
                QueryRecordWriter.Write(body, reader.ToRecord());
                Bodies.Add(body.WrittenSpan.ToArray());
            }
        }
    }

    /// <summary>Takes what is exported over OTLP.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener listener = new();

        public Collector()
        {
            Address = $"http://127.0.0.1:{FreePort()}";
            listener.Prefixes.Add(Address + "/");
            listener.Start();
            _ = Task.Run(TakeAsync);
        }

        public string Address { get; }

        public ConcurrentBag<byte[]> Bytes { get; } = [];

        public void Dispose() => listener.Close();

        private async Task TakeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    Bytes.Add(body.ToArray());
                    context.Response.Close();
                }
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // It was closed.
            }
        }
    }
}
