using Progeny.Contracts.Decisions;
using Progeny.Core.Decisions;

namespace Progeny.Gateway.Decisions;

internal static class DecisionViews
{
    public static DecisionView ToView(this DecisionEntry entry) => new(
        entry.Sequence,
        entry.Decision.Id,
        entry.Decision.At,
        entry.Decision.Kind,
        entry.Decision.By,
        entry.Decision.Message,
        entry.Decision.Generation,
        entry.Decision.Experiment,
        entry.Decision.Figures);
}
