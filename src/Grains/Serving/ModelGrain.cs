using System.Diagnostics;
using Orleans.Concurrency;
using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Serving;
using Progeny.Core.Feeds;
using Progeny.Core.Serving;

namespace Progeny.Grains.Serving;

/// <inheritdoc cref="IModelGrain"/>
[StatelessWorker]
internal sealed class ModelGrain(ServedGenerations generations, ModelCache models) : Grain, IModelGrain
{
    private ServedGeneration? served;
    private ModelLease? lease;

    public async ValueTask<ModelAnswer> Run(ModelQuery query)
    {
        if (lease is null && await LoadAsync() is { } error)
            return new ModelAnswer { Error = error };
        if (served!.Manifest.Features.Count == 0 && TensorChecks.Problem(query.Inputs, lease!.Model.Inputs) is { } problem)
            return Refuse(ServingErrorKind.InvalidQuery, problem);

        IReadOnlyList<string> outputs = !query.WantsOutputs ? [] : query.Outputs.IsEmpty ? lease!.Model.OutputNames : query.Outputs;
        foreach (var output in outputs)
        {
            if (!lease!.Model.OutputNames.Contains(output))
                return Refuse(ServingErrorKind.InvalidQuery, $"There is no output '{output}'; the outputs are {string.Join(", ", lease.Model.OutputNames)}.");
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            var (prediction, tensors) = lease!.Model.Run(query.Inputs, outputs);
            return new ModelAnswer { Prediction = prediction, Outputs = tensors, Microseconds = (int)Stopwatch.GetElapsedTime(started).TotalMicroseconds };
        }
        catch (ModelException exception)
        {
            return Refuse(exception.IsInvalidInput ? ServingErrorKind.InvalidQuery : ServingErrorKind.ModelFailed, exception.Message);
        }
    }

    public async ValueTask<ModelMetadata> Describe()
    {
        if (lease is null && await LoadAsync() is { } error)
            return new ModelMetadata { Error = error };
        var schema = served!.Schema;
        return new ModelMetadata
        {
            Generation = served.Reference,
            Inputs = schema.Features.Count == 0 ? lease!.Model.Inputs : [.. schema.Features.Select(FeatureTensors.SpecOf)],
            Outputs = lease!.Model.Outputs,
        };
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        lease?.Dispose();
        return Task.CompletedTask;
    }

    private static ModelAnswer Refuse(ServingErrorKind kind, string message) => new() { Error = new ServingError(kind, message) };

    private async Task<ServingError?> LoadAsync()
    {
        var reference = GenerationReference.Parse(this.GetPrimaryKeyString());
        try
        {
            served = await generations.GetAsync(reference);
            if (served is null)
                return new ServingError(ServingErrorKind.NotFound, $"There is no generation {reference}.");
            lease = await models.AcquireAsync(served);
            return null;
        }
        catch (Exception exception) when (exception is ModelException or FeedException or RuleException)
        {
            return new ServingError(ServingErrorKind.ModelFailed, exception.Message);
        }
    }
}
