using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Serving;
using Progeny.Core.Releases;
using Progeny.Core.Serving.Requests;
using Progeny.Grains.Releases;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>Unexpected exceptions are in the log, once, with what finds the request again.</summary>
public sealed class RequestFaultTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private readonly CapturedLog log = new(LogLevel.Warning);
    private readonly FaultyArchive archive = new();
    private Node node = null!;

    public async Task InitializeAsync() => node = await Node.StartAsync(
        folder,
        services =>
        {
            services.AddSingleton<ILoggerProvider>(log);
            services.AddSingleton<IProjectArchive>(archive);
            services.AddSingleton<IOnlineAgents>(new FaultyAgents());
            services.AddHttpContextAccessor();
        },
        []);

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Fault_of_an_endpoint_is_logged_once_with_stack_path_and_the_trace_id_of_the_answer()
    {
        archive.Next = _ => throw new InvalidOperationException("the archive is on fire");
        using var answer = await node.Http.GetAsync("/api/projects/faulty/archive");
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        ((int)answer.StatusCode).ShouldBe(500);
        ((string)problem["detail"]!).ShouldNotContain("fire");
        var (_, message, exception) = Faults().ShouldHaveSingleItem();
        message.ShouldContain("GET /api/projects/faulty/archive");
        message.ShouldContain((string)problem["trace_id"]!);
        exception!.Message.ShouldBe("the archive is on fire");
        exception.StackTrace.ShouldNotBeNull().ShouldContain(nameof(FaultyArchive));
    }

    [Fact]
    public async Task Fault_behind_the_beginning_of_an_answer_is_logged_once_and_cuts_it()
    {
        archive.Next = async context =>
        {
            await context.Response.WriteAsync("{\"half\":");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("the rest is missing");
        };

        await Should.ThrowAsync<HttpRequestException>(() => node.Http.GetStringAsync("/api/projects/faulty/archive"));
        var (_, message, exception) = Faults().ShouldHaveSingleItem();
        message.ShouldContain("/api/projects/faulty/archive");
        exception!.Message.ShouldBe("the rest is missing");
    }

    [Fact]
    public async Task Fault_of_the_hot_path_is_logged_once()
    {
        using var answer = await node.Http.PostAsJsonAsync("/api/projects/faulty/predict", new { rows = new[] { new { x = 1 } } });

        ((int)answer.StatusCode).ShouldBe(500);
        var (_, message, exception) = Faults().ShouldHaveSingleItem();
        message.ShouldContain("POST /api/projects/faulty/predict");
        exception.ShouldBeOfType<NotSupportedException>();
    }

    [Fact]
    public async Task Errors_of_clients_and_clients_that_go_are_not_logged()
    {
        var aborted = new TaskCompletionSource();
        archive.Next = async context =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            finally
            {
                aborted.SetResult();
            }
        };
        using (var gone = new CancellationTokenSource())
        {
            var asked = node.Http.GetAsync("/api/projects/faulty/archive", gone.Token);
            await archive.Entered.WaitAsync(TimeSpan.FromSeconds(20));
            await gone.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => asked);
        }

        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(20));
        (await node.Http.GetAsync("/api/projects/nobody")).Dispose();
        (await node.Http.PostAsJsonAsync("/api/projects/nobody/jobs", "?")).Dispose();
        archive.Next = _ => throw new NotSupportedException("last");
        (await node.Http.GetAsync("/api/projects/faulty/archive")).Dispose();

        Faults().ShouldHaveSingleItem().Exception!.Message.ShouldBe("last");
    }

    private List<(string Category, string Message, Exception? Exception)> Faults() =>
        [.. log.Entries.Where(entry => entry.Exception is not null && !entry.Category.StartsWith("Orleans", StringComparison.Ordinal))];

    private sealed class FaultyAgents : IOnlineAgents
    {
        public bool IsFull(string project) => throw new NotSupportedException();

        public ValueTask<ServedAnswer> PredictAsync(string project, PredictQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ServedAnswer> InferAsync(string project, EncodedInferQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ModelMetadata> DescribeAsync(string project, string? version) => throw new NotSupportedException();

        public ValueTask<AgentStatus> GetStatusAsync(string project) => throw new NotSupportedException();
    }

    private sealed class FaultyArchive : IProjectArchive
    {
        private readonly SemaphoreSlim entered = new(0);

        public Func<HttpContext, Task> Next { get; set; } = _ => Task.CompletedTask;

        public SemaphoreSlim Entered => entered;

        public Task<GenerationInfo> MoveAsync(GenerationReference generation, Stage stage, string? by, string? reason) =>
            throw new NotSupportedException();

        public Task<ProjectInfo> DecommissionAsync(string project, string? by, string reason) => throw new NotSupportedException();

        public Task<ProjectInfo> RecommissionAsync(string project, string? by, string? reason) => throw new NotSupportedException();

        public async Task<ArchiveInfo?> DescribeAsync(string project, CancellationToken cancellationToken)
        {
            entered.Release();
            await Next(new HttpContextAccessor().HttpContext!);
            return null;
        }
    }
}
