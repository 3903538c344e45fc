using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;
using Progeny.Core.Training.Checks;
using Progeny.Core.Training.Sandbox;
using Progeny.Grains.Common;

namespace Progeny.Grains.Serving;

/// <summary>Registers what loads and runs models on a node.</summary>
internal static class ModelHosting
{
    /// <param name="isServing">Whether the grains of models are placed in this process.</param>
    public static void AddModels(this IServiceCollection services, IConfiguration configuration, bool isServing)
    {
        services.AddOptions<ServingOptions>()
            .Configure(options => configuration.ReadInto("Serving", options))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServingOptions>, ServingOptionsValidator>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ServingOptions>>().Value;
            if (options.RunMemory > 0)
                OnnxRuntimeLibrary.LimitRunMemory(options.RunMemory);
            return options;
        });
        services.AddSingleton(provider => new ModelWatchdog(provider.GetRequiredService<ServingOptions>().MaxRunTime));
        services.AddSingleton<IModelLoader, ModelLoader>();
        services.AddSingleton(provider => new ModelBounds(provider.GetRequiredService<ServingOptions>().MaxBoundViolations));
        services.AddSingleton<ModelFactory>();
        if (isServing)
            services.AddSingleton<IModelOwners, GrainModelOwners>();
        else
            services.AddSingleton<IModelOwners, LocalModelOwners>();
        services.AddSingleton<ModelCache>();
        services.AddHostedService<ModelStop>();
        services.AddSingleton<IModelCheck>(provider =>
        {
            var options = provider.GetRequiredService<ServingOptions>();
            var memory = options.RunMemory > 0 ? options.RunMemory : OnnxRuntimeLibrary.DefaultRunMemory;
            return new RememberedModelCheck(new ModelProcess(
                provider.GetRequiredService<TrainerOptions>(),
                memory,
                options.MaxRunTime,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ProgramSandbox>()));
        });
    }
}
