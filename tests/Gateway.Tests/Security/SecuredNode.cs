using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Security;

/// <summary>A node that asks everybody who they are, with two projects; its client sends the first key.</summary>
public sealed class SecuredNode : IAsyncLifetime
{
    /// <summary>The project that most keys of the tests are for, which answers queries.</summary>
    public const string Own = "echo";

    /// <summary>A project that they are not for.</summary>
    public const string Foreign = "other";

    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    // The node's own client sends the first key.
    private readonly HttpClient plain = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public Node Node { get; private set; } = null!;

    /// <summary>A key for everything.</summary>
    public string AdminKey { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var file = Path.Combine(folder, "admin.key");
        Node = await Node.StartAsync(
            Path.Combine(folder, "data"), "--Security:Enabled", "true", "--Security:AdminKeyFile", file, "--Dashboard:Enabled", "true");
        AdminKey = (await File.ReadAllTextAsync(file)).Trim();
        Node.Http.DefaultRequestHeaders.Authorization = Bearer(AdminKey);
        foreach (var project in new[] { Own, Foreign })
        {
            using var published = await Node.PublishAsync(project, EchoProject.WriteFinished(Path.Combine(folder, project), project));
            published.IsSuccessStatusCode.ShouldBeTrue(await published.Content.ReadAsStringAsync());
            ((string)(await Node.TrainAsync(project))["status"]!).ShouldBe("succeeded");
            await Node.PostAsync($"/api/projects/{project}/promotions", new { version = "1.0.0:1" });
        }
    }

    public async Task DisposeAsync()
    {
        plain.Dispose();
        await Node.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    public static AuthenticationHeaderValue Bearer(string key) => new("Bearer", key);

    /// <summary>Makes a key of a new name.</summary>
    public async Task<(string Secret, string Id)> MakeKeyAsync(params string[] allow)
    {
        var made = await Node.PostAsync("/api/keys", new { name = $"k-{Guid.NewGuid():n}", allow });
        return ((string)made["secret"]!, (string)made["key"]!["id"]!);
    }

    /// <summary>Sends a request with a key; null: with none.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? key,
        object? body = null,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(method, new Uri(Node.Http.BaseAddress!, path));
        if (key is not null)
            request.Headers.Authorization = Bearer(key);
        if (body is not null)
            request.Content = body as HttpContent ?? JsonContent.Create(body);
        return await plain.SendAsync(request, completion);
    }

    /// <summary>The status of the answer to a request with a key, and the detail of its problem.</summary>
    public async Task<(int Status, string? Detail)> AskAsync(HttpMethod method, string path, string? key, object? body = null)
    {
        using var response = await SendAsync(method, path, key, body);
        var text = await response.Content.ReadAsStringAsync();
        var isProblem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
        return ((int)response.StatusCode, isProblem ? (string?)JsonNode.Parse(text)!["detail"] : null);
    }
}
