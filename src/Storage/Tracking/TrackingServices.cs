using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Models;
using Progeny.Core.Tracking.Runs;
using Progeny.Core.Tracking.Traces;

namespace Progeny.Storage.Tracking;

/// <summary>Registers what stores experiment tracking, over the <see cref="TrackingDatabase"/> that is registered.</summary>
public static class TrackingServices
{
    /// <summary>Adds the stores.</summary>
    public static IServiceCollection AddTracking(this IServiceCollection services) =>
        services.AddSingleton<IExperimentStore, ExperimentStore>()
            .AddSingleton<IRunStore, RunStore>()
            .AddSingleton<ILoggedModelStore, LoggedModelStore>()
            .AddSingleton<IModelRegistry, ModelRegistry>()
            .AddSingleton<ITraceStore, TraceStore>()
            .AddSingleton<IArtifactIndex, ArtifactIndex>();
}
