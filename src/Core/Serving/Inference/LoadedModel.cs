using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>A model in the memory of this silo, shared by all who ask it.</summary>
public sealed class LoadedModel(ModelRunner runner, ModelBatcher batcher, ProjectRuns runs, long bytes, bool rowsAreIndependent)
    : IDisposable
{
    public ModelRunner Runner { get; } = runner;

    public ModelBatcher Batcher { get; } = batcher;

    /// <summary>The runs of its project's models.</summary>
    public ProjectRuns Runs { get; } = runs;

    /// <summary>Whether a row gets the same bits alone and among others: see <see cref="BatchProbe"/>.</summary>
    public bool RowsAreIndependent { get; } = rowsAreIndependent;

    /// <summary>The size of the model's file.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>The tensors that a client of the generation sends and gets.</summary>
    public ModelMetadata Describe(ServedGeneration served) => new()
    {
        Generation = served.Reference,
        Inputs = served.Schema.Features.Count == 0 ? Runner.Inputs : [.. served.Schema.Features.Select(FeatureTensors.SpecOf)],
        Outputs = Runner.Outputs,
    };

    /// <summary>Whether it was disposed of: its memory is the system's again, and it must not be run.</summary>
    public bool IsDisposed { get; private set; }

    public void Dispose()
    {
        IsDisposed = true;
        Runner.Dispose();
    }
}
