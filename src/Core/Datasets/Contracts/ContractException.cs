namespace Progeny.Core.Datasets.Contracts;

/// <summary>A contract is wrong.</summary>
public sealed class ContractException(IReadOnlyList<ContractError> errors)
    : Exception($"The contract is wrong. {string.Join(" ", errors.Take(10).Select(error => $"{error}."))}")
{
    public IReadOnlyList<ContractError> Errors => errors;
}
