using Progeny.Core.Decisions;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.Security;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>The stores of one node over a perfdb, on one of the databases.</summary>
internal interface ITestPerfdb : IAsyncDisposable
{
    IMetricsStore Metrics { get; }

    IScoreStore Scores { get; }

    IDecisionLog Decisions { get; }

    IEvaluationStore Evaluations { get; }

    IApiKeyStore Keys { get; }
}
