using Progeny.Core.Common;

namespace Progeny.Core.Training.Checks;

/// <summary>Checks models that nobody knows yet: loads them, holds them to their project, and runs them.</summary>
public interface IModelCheck
{
    /// <exception cref="TrainingFailedException">The model is refused, or could not be checked; the message says why.</exception>
    Task<ModelFindings> RunAsync(ModelCheckRequest request, CancellationToken cancellationToken);
}
