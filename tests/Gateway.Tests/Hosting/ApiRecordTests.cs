using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Abstractions.Alerts;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Retraining;
using Progeny.Contracts.Common;
using Progeny.Contracts.Decisions;
using Progeny.Contracts.Drift;
using Progeny.Contracts.Experiments;
using Progeny.Contracts.Hosting;
using Progeny.Contracts.Metrics;
using Progeny.Contracts.QueryLog;
using Progeny.Contracts.Rollouts;
using Progeny.Core.Feedback;
using Progeny.Core.Releases;
using Progeny.Gateway.Tests.Serving;

namespace Progeny.Gateway.Tests.Hosting;

/// <summary>Clients read responses as the records from which the node wrote them.</summary>
[Collection(ServingCollection.Name)]
public sealed class ApiRecordTests(ServingNode serving)
{
    [Theory]
    [InlineData("/api/about", typeof(About))]
    [InlineData("/api/cluster", typeof(ClusterView))]
    [InlineData("/api/projects", typeof(ProjectInfo[]))]
    [InlineData("/api/projects/iris", typeof(ProjectInfo))]
    [InlineData("/api/projects/iris/archive", typeof(ArchiveInfo))]
    [InlineData("/api/projects/iris/releases", typeof(ReleaseInfo[]))]
    [InlineData("/api/projects/iris/generations", typeof(GenerationInfo[]))]
    [InlineData("/api/projects/iris/generations/1.0.0:1/gates", typeof(GateReport))]
    [InlineData("/api/projects/iris/rollout", typeof(RolloutView))]
    [InlineData("/api/projects/iris/rollout/history", typeof(RolloutView[]))]
    [InlineData("/api/projects/iris/experiments", typeof(ExperimentView[]))]
    [InlineData("/api/projects/iris/decisions", typeof(DecisionView[]))]
    [InlineData("/api/projects/iris/queries", typeof(QueryPage))]
    [InlineData("/api/projects/iris/metrics?by=generation", typeof(MetricsView))]
    [InlineData("/api/projects/iris/drift", typeof(DriftView[]))]
    [InlineData("/api/projects/iris/alerts", typeof(AlertInfo[]))]
    [InlineData("/api/projects/iris/feedback", typeof(FeedbackReport))]
    [InlineData("/api/projects/iris/offline", typeof(OfflineAgentInfo))]
    public async Task Response_that_is_read_and_written_again_is_the_same(string path, Type type)
    {
        await serving.PostAsync(
            "/api/projects/iris/predict", """{"rows":[{"sepal_length":1,"sepal_width":1,"petal_length":1,"petal_width":1}]}""", 200);
        var response = await serving.GetAsync(path, 200);

        var written = JsonSerializer.SerializeToNode(response.Deserialize(type, ApiJson.Options), type, ApiJson.Options);

        JsonNode.DeepEquals(written, response).ShouldBeTrue($"{response.ToJsonString()}\n{written?.ToJsonString()}");
    }
}
