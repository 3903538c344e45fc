using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Serving;
using Progeny.Core.Metrics;
using Progeny.Core.Security;
using Progeny.Grains.Serving;

namespace Progeny.Gateway.Serving;

/// <summary>The projects as clients of the Open Inference Protocol see them: models of a repository. Serves both HTTP and gRPC.</summary>
internal sealed class ModelRepository(IClusterClient cluster, IOnlineAgents agents, IServiceProvider services)
{
    /// <summary>The protocol's name for models that ONNX Runtime runs.</summary>
    public const string Platform = "onnxruntime_onnx";

    private const string Ready = "READY";
    private const string Unavailable = "UNAVAILABLE";

    /// <summary>Describes a model.</summary>
    /// <param name="model">The project.</param>
    /// <param name="version">Whose inputs and outputs; null: of the version that the rollout would choose first.</param>
    public async Task<(ModelDescription? Model, ServingError? Error)> DescribeAsync(string model, string? version)
    {
        var metadata = await agents.DescribeAsync(model, version);
        if (metadata.Error is { } error)
            return (null, error);
        var project = await cluster.GetGrain<IProjectGrain>(model).Get();
        var lists = await Task.WhenAll(
            project!.Releases.Select(release => cluster.GetGrain<IReleaseGrain>($"{model}@{release}").ListGenerations()));
        return (new ModelDescription(
            model,
            [.. lists.SelectMany(list => list).Select(generation => generation.Reference.Version)],
            Platform,
            [.. metadata.Inputs.Select(TensorDescription.From)],
            [.. metadata.Outputs.Select(TensorDescription.From)]), null);
    }

    /// <summary>Why a model does not answer queries; null: it does.</summary>
    public async Task<ServingError?> FindProblemAsync(string model, string? version) =>
        (await agents.DescribeAsync(model, version)).Error;

    /// <summary>The projects that a caller may know of.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="onlyReady">Whether those that answer no queries are left out.</param>
    public async Task<IReadOnlyList<ModelIndexEntry>> ListAsync(Caller caller, bool onlyReady)
    {
        var names = await cluster.GetGrain<IRosterGrain>(IRosterGrain.Key).List();
        var projects = await Task.WhenAll(
            names.Where(caller.Access.Sees).Select(name => cluster.GetGrain<IProjectGrain>(name).Get()));
        return
        [
            .. projects.OfType<ProjectInfo>()
                .Select(project => project.Champion is { } champion
                    ? new ModelIndexEntry(project.Name, champion.VersionIn(project.Name), Ready, "")
                    : new ModelIndexEntry(project.Name, "", Unavailable, "No generation of it is in production."))
                .Where(entry => !onlyReady || entry.State == Ready),
        ];
    }

    /// <summary>What generations of a project have answered on this node since it started.</summary>
    /// <param name="model">The project.</param>
    /// <param name="version">One generation; null: all.</param>
    public IReadOnlyList<ModelStatisticsEntry> Count(string model, string? version) =>
    [
        .. (services.GetService<ServingMeters>()?.All ?? [])
            .Where(meter => meter.Generation.Project == model && (version is null || meter.Generation.Version == version))
            .OrderBy(meter => meter.Generation.Version, StringComparer.Ordinal)
            .Select(meter => ModelStatisticsEntry.From(meter.Generation, meter.Total())),
    ];

    /// <summary>The refusal to load a model with something else than what was released.</summary>
    public static ServingError NoOverride(string parameter) => new(
        ServingErrorKind.InvalidQuery,
        $"The parameter '{parameter}' is not served here: a project loads what was released; a new release would do.");

    /// <summary>Why a project cannot be unloaded; null: it has nothing loaded.</summary>
    public async Task<ServingError?> UnloadAsync(string model) => await cluster.GetGrain<IProjectGrain>(model).Get() switch
    {
        null => new ServingError(ServingErrorKind.NotFound, $"There is no project '{model}'."),
        { Champion: null } => null,
        _ => new ServingError(
            ServingErrorKind.NotReady,
            $"'{model}' has a rollout plan, whose generations stay loaded while they are asked; retiring a generation, or decommissioning the "
                + "project, would unload it."),
    };
}
