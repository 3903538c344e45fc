using System.Threading.Tasks.Sources;
using Progeny.Abstractions.Serving;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>A query that waits for its part of a run. Used again for another query once its answer has been taken.</summary>
public sealed class ModelCall(ModelBatcher batcher) : ModelPart, IValueTaskSource<ModelAnswer>
{
    private ManualResetValueTaskSourceCore<ModelAnswer> answer;

    public ValueTask<ModelAnswer> Task => new(this, answer.Version);

    /// <summary>What became of it.</summary>
    /// <param name="microseconds">How long the run took.</param>
    public ModelAnswer ToAnswer(int microseconds) => Error is { } error
        ? new ModelAnswer { Error = new ServingError(error.Kind, error.Message), Microseconds = microseconds }
        : new ModelAnswer { Prediction = Prediction, Outputs = Outputs, Microseconds = microseconds };

    /// <summary>Gives the answer to who waits for it, and runs what they do next.</summary>
    public void Complete(ModelAnswer result) => answer.SetResult(result);

    ModelAnswer IValueTaskSource<ModelAnswer>.GetResult(short token)
    {
        var result = answer.GetResult(token);
        answer.Reset();
        batcher.GiveBack(this);
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<ModelAnswer>.GetStatus(short token) => answer.GetStatus(token);

    void IValueTaskSource<ModelAnswer>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        answer.OnCompleted(continuation, state, token, flags);
}
