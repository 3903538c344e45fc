using System.ComponentModel.DataAnnotations;

namespace Progeny.Contracts.QueryLog;

/// <summary>Asks to remove what a project holds about an entity.</summary>
/// <param name="Entity">The entity, as queries name it.</param>
/// <param name="Reason">Why; the audit log keeps it, so it names nobody.</param>
/// <param name="By">What the client calls itself.</param>
/// <param name="From">Where to go on, as the answer before said; null: from the beginning.</param>
public sealed record EraseRequest([property: Required] string? Entity, string? Reason, string? By, long? From);
