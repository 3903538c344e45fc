namespace Progeny.Core.Training;

/// <summary>A training that goes on from an earlier one finds no rows behind it. Nothing is wrong: there is nothing to do yet.</summary>
public sealed class NothingNewException(string message) : Exception(message);
