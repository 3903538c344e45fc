using System.Collections.Immutable;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Gates;

/// <summary>The approvals that generations of a project need at its gates. Key: the project's name.</summary>
[Alias("progeny.approvals")]
public interface IApprovalGrain : IGrainWithStringKey
{
    /// <summary>Asks for an approval. Asked again for the same generation, gate and purpose, it answers what became of it.</summary>
    [Alias("ask")]
    Task<Approval> Ask(ApprovalRequest request);

    /// <summary>The approvals that are pending and the last 200 of the others, newest first.</summary>
    [Alias("list")]
    Task<ImmutableArray<Approval>> List();

    /// <summary>Approves or refuses.</summary>
    /// <param name="by">Who decides.</param>
    /// <exception cref="RegistryException">There is no such approval, or it is not pending.</exception>
    [Alias("decide")]
    Task<Approval> Decide(int id, bool approve, string by, string reason);

    /// <summary>Takes back what is pending for a purpose.</summary>
    /// <param name="generation">Only that of one generation; null: of all.</param>
    [Alias("withdraw")]
    Task Withdraw(string purpose, GenerationReference? generation, string why);
}
