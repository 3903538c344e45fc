using Progeny.Abstractions.Releases;
using Progeny.Core.Rollouts;

namespace Progeny.Core.QueryLog;

/// <summary>What an arm was asked in a stretch of the query log.</summary>
/// <param name="Reason">Why it was asked (<see cref="Reasons"/>).</param>
/// <param name="Requests">The requests, failed ones included; of one whose rows several arms answered each has its part.</param>
/// <param name="Errors">Those that got no prediction of it.</param>
public sealed record ArmRequests(GenerationReference Generation, string Arm, string Reason, long Requests, long Errors);
