using Microsoft.Extensions.Logging;
using Progeny.Core.Metrics;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Serving.Routing;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>Makes online agents of this silo.</summary>
internal sealed class OnlineAgentFactory(
    IPlanSource plans,
    ServedGenerations generations,
    ModelCache models,
    ServingMeters meters,
    InferencePipeline pipeline,
    ServingOptions options,
    SiloStop stop,
    TimeProvider time,
    ILogger<OnlineAgent> logger)
{
    public OnlineAgent Make(string project) =>
        new(project, plans, generations, models, meters, pipeline, options, time, logger, stop.Token);
}
