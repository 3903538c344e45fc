using Progeny.Core.Decisions;
using Progeny.Core.Evaluation;
using Progeny.Core.Feedback;
using Progeny.Core.Metrics;
using Progeny.Core.Security.Audit;
using Progeny.Core.Security;

namespace Progeny.Storage.Tests.Metrics;

/// <summary>The stores of one node over a perfdb, on one of the databases.</summary>
internal interface ITestPerfdb : IAsyncDisposable
{
    /// <summary>The secret of the node.</summary>
    static byte[] Secret { get; } = "a secret of 32 characters or more"u8.ToArray();

    IMetricsStore Metrics { get; }

    IScoreStore Scores { get; }

    IDecisionLog Decisions { get; }

    IAuditLog Audit { get; }

    IEvaluationStore Evaluations { get; }

    IApiKeyStore Keys { get; }
}
