using Progeny.Abstractions.Explanations;

namespace Progeny.Core.Explanations;

/// <summary>What is to be explained, and how.</summary>
/// <param name="Class">The class; null: the one that the model predicts.</param>
/// <param name="Method">The method; null: the first of enumeration, trees and sampling that is possible.</param>
public sealed record ExplanationRequest(string? Class = null, ExplanationMethod? Method = null);
