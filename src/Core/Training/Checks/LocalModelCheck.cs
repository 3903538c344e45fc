using System.Runtime.CompilerServices;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Queries;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;

namespace Progeny.Core.Training.Checks;

/// <summary>
/// Checks models in this process, which must be one that may be lost: a model can end the process that loads it, or hold it for ever.
/// </summary>
/// <param name="rules">Compiles the rules of manifests; null: no tests are asked for.</param>
/// <param name="watchdog">Stops runs; null: that of programs that are no nodes.</param>
public sealed class LocalModelCheck(RuleCompiler? rules, TimeProvider time, ModelWatchdog? watchdog = null) : IModelCheck
{
    /// <inheritdoc/>
    public async Task<ModelFindings> RunAsync(ModelCheckRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var runner = await LoadAsync(request, request.Data, request.Predictions, cancellationToken);
            var predictions = new List<Prediction>();
            if (request.Evaluate is { } evaluate)
            {
                if (request.Accept && evaluate != request.Data)
                    (await LoadAsync(request, evaluate, predictions: null, cancellationToken)).Dispose();
                await foreach (var (prediction, _) in Predict(request, runner, evaluate, cancellationToken))
                    predictions.Add(prediction);
            }

            // What a node does with it before it serves it.
            if (request.Measure && request.Manifest.Features.Count > 0 && BatchProbe.RowsAreIndependent(runner, request.Manifest))
                _ = BatchProbe.OutputsAreIndependent(runner, request.Manifest);
            return new ModelFindings
            {
                Predictions = predictions,
                Performance = request.Measure
                    ? ModelPerformance.Measure(await File.ReadAllBytesAsync(request.Model, cancellationToken), request.Manifest, time)
                    : null,
                Tests = request.Test ? Test(request, runner) : [],
            };
        }
        catch (ModelException exception)
        {
            throw new TrainingFailedException(TrainingStage.Acceptance, exception.Message, inner: exception);
        }
    }

    private static async IAsyncEnumerable<(Prediction Prediction, int Rows)> Predict(
        ModelCheckRequest request, ModelRunner runner, string data, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batches = ModelRows.PredictAsync(runner, request.Manifest, data, long.MaxValue, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (batches.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await batches.MoveNextAsync())
                        break;
                }
                catch (ModelException exception)
                {
                    throw new TrainingFailedException(TrainingStage.Evaluation, exception.Message, inner: exception);
                }

                yield return (batches.Current.Prediction, batches.Current.Labels.Count);
            }
        }
    }

    private async Task<ModelRunner> LoadAsync(
        ModelCheckRequest request, string? data, string? predictions, CancellationToken cancellationToken)
    {
        if (!request.Accept)
            return ModelRunner.Load(await File.ReadAllBytesAsync(request.Model, cancellationToken), request.Manifest, watchdog);
        return await ModelAcceptance.AcceptAsync(request.Model, request.Manifest, data, predictions, cancellationToken, watchdog);
    }

    private IReadOnlyList<ProjectTestResult> Test(ModelCheckRequest request, ModelRunner runner)
    {
        if (request.Manifest.Tests.Count == 0)
            return [];
        using var compiled = (rules ?? throw new ArgumentException("Tests are asked for without rules.", nameof(request))).Compile(
            request.Manifest);
        return ProjectTests.Run(runner, request.Manifest, compiled);
    }
}
